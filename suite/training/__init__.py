"""How one network trains: recipe, augmentation, the compiled step, the loop, checkpoints and clocks."""
