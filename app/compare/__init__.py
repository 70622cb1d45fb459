"""Contents of the Compare tab: verdict, tables, charts and the files that can be saved."""
