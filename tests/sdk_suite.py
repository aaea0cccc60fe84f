"""The Singer SDK's own tests; ``test_sdk`` runs them, with a server in the environment.

They ask the server for its streams while they are being collected, which is before any fixture
could have started one.
"""

from singer_sdk.testing import SuiteConfig, get_tap_test_class

from tap_elasticsearch.tap import TapElasticsearch

TestLimited = get_tap_test_class(TapElasticsearch, suite_config=SuiteConfig(max_records_limit=5))
TestWhole = get_tap_test_class(TapElasticsearch, suite_config=SuiteConfig(max_records_limit=None))
