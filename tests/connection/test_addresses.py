"""What users write as addresses."""

from __future__ import annotations

import pytest

from tap_elasticsearch.connection.addresses import complete_url, is_loopback
from tap_elasticsearch.exceptions import SettingsError

COMPLETED = {
    "localhost": "http://localhost:9200",
    "localhost:9201": "http://localhost:9201",
    "10.0.0.1": "http://10.0.0.1:9200",
    "http://es": "http://es:9200",
    "https://es": "https://es:443",
    "https://es/elastic/": "https://es:443/elastic",
    "https://[::1]:9200": "https://[::1]:9200",
}


@pytest.mark.parametrize(("host", "url"), COMPLETED.items())
def test_completed(host: str, url: str) -> None:
    """Scheme and port are filled in, and a path stays."""
    assert complete_url(host) == url


@pytest.mark.parametrize(
    "host",
    [
        "ftp://es",
        "https://",
        "es:http",
        "http://es:99999",
        "a b:9200x",
        "http://[::1",
        "http:/es:1",
    ],
)
def test_refused(host: str) -> None:
    """What is no address is named, with an example of one."""
    with pytest.raises(SettingsError, match=r"hosts: .* like https://es\.example\.com:9200"):
        complete_url(host)


def test_loopback() -> None:
    """This machine is told from others, so that it is spared the compression."""
    assert is_loopback("http://localhost:9200")
    assert is_loopback("http://127.0.0.1:9200")
    assert is_loopback("http://[::1]:9200")
    assert not is_loopback("http://es.example.com:9200")
