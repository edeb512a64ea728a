"""Small documents made by program, one per thing that an importer must do, with what it must give (golden/)."""
