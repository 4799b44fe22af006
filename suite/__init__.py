"""A Keras experiment comparison suite: fair studies of image classifiers, and reports that regenerate."""
