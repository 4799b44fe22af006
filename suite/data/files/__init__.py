"""Files of images: where they are looked for, how they are fetched and read, whatever set they belong to."""
