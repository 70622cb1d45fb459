"""YAML that a user wrote, read strictly.

values = parse_yaml(path.read_text(encoding="utf-8"))

PyYAML itself accepts repeated keys, expands aliases without a limit, and raises exceptions of many kinds.
"""

from typing import Any

import yaml

from trainer.core.errors import short_repr

MAX_CHARS = 1_000_000
MAX_NODES = 100_000  # values and keys, after the expansion of aliases
MAX_DIGITS = 100  # characters of one number
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


def parse_yaml(text: str) -> Any:
    """The value of a YAML document, None for an empty one. Raises ValueError, which says why, for any other text."""
    if len(text) > MAX_CHARS:
        raise ValueError(f"more than {MAX_CHARS:,} characters")
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        if _size(node, {}) > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES:,} values, counting each use of an alias")
        return loader.construct_document(node)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (IndexError, KeyError, TypeError, AttributeError) as error:  # a value that does not fit its tag, `!!int ""`
        raise ValueError(f"a value does not fit its tag, {short_repr(error)}") from error
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """The number of nodes with each alias replaced by its value. `sizes`: those known so far, by the node's id."""
    if id(node) not in sizes:
        sizes[id(node)] = MAX_NODES  # an alias of itself is found here
        sizes[id(node)] = 1 + sum(_size(child, sizes) for child in _children(node))
    return sizes[id(node)]


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return node.value
    if isinstance(node, yaml.MappingNode):
        keys = [(key.tag, key.value) for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            twice = next(name for n, (_, name) in enumerate(keys) if keys[n] in keys[:n])
            raise ValueError(f"the key {short_repr(twice)} comes twice")
        return [child for pair in node.value for child in pair]
    if any("\ud800" <= character <= "\udfff" for character in node.value):  # from an escape in quotes
        raise ValueError(f"{short_repr(node.value)} holds half of a character")
    if node.tag in NUMBERS and len(node.value) > MAX_DIGITS:
        raise ValueError(f"a number of more than {MAX_DIGITS} characters")
    return []
