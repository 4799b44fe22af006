"""Weights from elsewhere, and the one way in which they come into a net: `loading.load`.

`saved`: a run's, or those of any file that Keras' `save_weights` wrote. `imagenet`: the published ones, of the
architectures in `sources`.
"""
