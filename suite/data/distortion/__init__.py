"""What corruptions are computed with: blurs, warps, zooms, colours, clouds and ice, as functions of arrays."""
