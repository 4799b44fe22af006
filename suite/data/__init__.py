"""Named image sets and folders of pictures, as uint8 arrays with stratified, nested splits. Imports no Keras."""

from suite.data.dataset import Dataset, DataSpec
from suite.data.load import dataset_names, load

__all__ = ["DataSpec", "Dataset", "dataset_names", "load"]
