"""Feeds on the web to files in the documents folder."""

from qa_service.fetching.http import Limits
from qa_service.fetching.newsroom import Failure, FeedReport, fetch_feeds

__all__ = ["Failure", "FeedReport", "Limits", "fetch_feeds"]
