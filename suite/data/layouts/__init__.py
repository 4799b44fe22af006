"""What folders of pictures mean, one file for each layout: which file is of which class and part."""
