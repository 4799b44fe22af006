"""What can be done to an image: values by tables, colours, places; on whole batches, each image by its own amount.

Transforms and policies use the same operations. Images are (n, H, W, C) with whole values from 0 to 255, amounts (n,).
Results are those of Pillow's operations of the same names, which the papers used.
"""
