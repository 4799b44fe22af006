"""Where our ConvNeXts' weights are in keras.applications'."""

from __future__ import annotations

from suite.models.families.convnext import CONFIGURATIONS

BLOCK = {
    "depthwise": "depthwise_conv",
    "norm": "layernorm",
    "mlp1": "pointwise_conv_1",
    "mlp2": "pointwise_conv_2",
    "scale": "layer_scale",
}


def source_names(name: str) -> dict[str, str]:
    """Our weighted layers to theirs, of convnext_tiny, convnext_small and convnext_base.

    Reference: keras.applications.ConvNeXtTiny (Small, Base) with weights=None, input_shape, classes,
    include_preprocessing=False and classifier_activation=None, and its default name; ours with form="large". There is
    no batch normalization, so nothing folds: every convolution has a bias on both sides. Their depthwise convolution is
    a Conv2D in groups: its kernel (7, 7, 1, channels) is ours (7, 7, channels, 1) with the last axes swapped. Their
    gain has no name. Stem and downsampling lie in models of their own within theirs. Their head is the LayerNorm
    "<name>_head_layernorm" and the Dense "<name>_head_dense".
    """
    names = {
        "stem": f"{name}_stem_conv", "stem_norm": f"{name}_stem_layernorm",
        "head": f"{name}_head_layernorm", "logits": f"{name}_head_dense",
    }  # fmt: skip
    blocks, _ = CONFIGURATIONS[name]
    for stage, count in enumerate(blocks):
        if stage:
            names[f"stage{stage + 1}_down_norm"] = f"{name}_downsampling_layernorm_{stage - 1}"
            names[f"stage{stage + 1}_down"] = f"{name}_downsampling_conv_{stage - 1}"
        for number in range(count):
            names |= {
                f"stage{stage + 1}_block{number + 1}_{ours}": f"{name}_stage_{stage}_block_{number}_{theirs}"
                for ours, theirs in BLOCK.items()
            }
    return names
