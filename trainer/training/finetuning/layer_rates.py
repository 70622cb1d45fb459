"""Learning rates that fall from layer to layer, for fine-tuning a backbone."""

from collections import defaultdict
from typing import Any

from torch import nn


def layer_groups(model: nn.Module, rate: float, decay: float, weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups of AdamW: the last layer at `rate`, each layer before it at `decay` times the rate of the next.

    BatchNorm and biases have no weight decay. The layers are timm's own groups if the model has them, and otherwise
    the children of the module that has the most (the residual blocks of a CLIP tower).
    """
    from timm.optim import param_groups_layer_decay

    if hasattr(model, "group_matcher"):
        groups = param_groups_layer_decay(model, weight_decay=weight_decay, layer_decay=decay)
        return [
            {"params": group["params"], "weight_decay": group["weight_decay"], "lr": rate * group["lr_scale"]}
            for group in groups
        ]
    prefix, blocks = max(
        ((f"{name}." if name else "", module) for name, module in model.named_modules()),
        key=lambda item: len(list(item[1].children())),
    )
    names = [name for name, _ in blocks.named_children()]
    layer, by_layer = 0, defaultdict(list)
    for name, parameter in model.named_parameters():
        block = name.removeprefix(prefix).split(".")[0] if name.startswith(prefix) else ""
        layer = 1 + names.index(block) if block in names else len(names) + 1 if layer else 0
        # open_clip lists the projection first, but applies it last.
        by_layer[len(names) + 1 if name == "proj" else layer, parameter.ndim > 1].append(parameter)
    last = max(layer for layer, _ in by_layer)
    return [
        {"params": group, "weight_decay": weight_decay * decays, "lr": rate * decay ** (last - layer)}
        for (layer, decays), group in sorted(by_layer.items(), key=lambda item: item[0])
    ]
