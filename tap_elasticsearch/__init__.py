"""A Singer tap for Elasticsearch and OpenSearch."""
