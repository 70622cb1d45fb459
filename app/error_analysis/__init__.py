"""The error browser of the Compare tab: the queries of a checkpoint by score, and what its errors have in common."""
