"""What a command asks for: composed by Hydra, checked, and frozen into dataclasses."""
