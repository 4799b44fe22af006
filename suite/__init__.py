"""A Keras experiment comparison suite: fair studies of image-classification architectures, and reports that regenerate."""
