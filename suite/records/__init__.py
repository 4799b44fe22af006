"""The format of a report's folder: what its files are called, their hashes, how a run stands in them.

Written by `suite.analysis.folder.collect`, read by the report, and by a study that goes on from published records.
"""
