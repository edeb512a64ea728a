"""What people look at before anything goes out: a file's HTML, the desk that shows it as phones do, the gallery."""
