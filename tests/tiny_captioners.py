# SPDX-License-Identifier: GPL-3.0-or-later
"""Models of every family with random weights, a few hundred kilobytes each: `tiny_captioners.py FOLDER FAMILY ...`.

Run in the captioners' environment; made by the model library's own classes and saved as it saves them, so that what
loads them is what loads real ones. The tagger is an ONNX file written byte by byte.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
#: What the tagger knows: name, category, and how its probability grows with the picture's red, green and blue.
TAGS = [
    ("general", 9, (0.1, 0.1, 0.1)),
    ("explicit", 9, (-9.0, -9.0, -9.0)),
    ("1girl", 0, (3.0, 3.0, 3.0)),
    ("red_hair", 0, (40.0, -20.0, -20.0)),
    ("blue_hair", 0, (-20.0, -20.0, 40.0)),
    ("somebody_(known)", 4, (9.0, 9.0, 9.0)),
]


def byte_tokenizer(named: bool = True, **special: str) -> Any:
    """A tokenizer of single bytes: no download, any text. named: whether it knows what its special words are for."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    names = list(dict.fromkeys(["<pad>", "<s>", "</s>", "<unk>", *special.values()]))
    signs = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {word: number for number, word in enumerate([*names, *signs])}
    made = Tokenizer(models.BPE(vocab=vocab, merges=[], unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    extra = [name for name in special.values() if name not in ("<pad>", "<s>", "</s>", "<unk>")]
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        extra_special_tokens=dict(special) if named else extra, model_max_length=512,
    )  # fmt: skip


def blip(folder: Path, large: bool = False) -> None:
    """BLIP; large: with the sizes of BLIP-base."""
    from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BlipProcessor

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]", *LETTERS, *("##" + c for c in LETTERS)]
    words += ["portrait", "woman", "man", "smiling", "front", "side"]
    words += [f"[unused{number}]" for number in range(30524 - len(words))] if large else []
    ids = {word: number for number, word in enumerate(words)}
    tokenizer = BertTokenizer(vocab=ids, do_lower_case=True, model_max_length=64)
    tokenizer.add_special_tokens({"additional_special_tokens": ["[DEC]", "[ENC]"]})
    tiny = {"hidden_size": 32, "intermediate_size": 64, "projection_dim": 16}
    layers = {"num_hidden_layers": 2, "num_attention_heads": 2}
    size = {} if large else tiny | layers
    side = 384 if large else 32
    marks = {"bos_token_id": "[DEC]", "eos_token_id": "[SEP]", "pad_token_id": "[PAD]", "sep_token_id": "[SEP]"}
    text = {"vocab_size": len(ids), **{name: ids[word] for name, word in marks.items()}, **size}
    text |= {} if large else {"encoder_hidden_size": 32, "max_position_embeddings": 64}
    config = BlipConfig(
        text_config=text,
        vision_config={"image_size": side, "patch_size": 16 if large else 8, **size},
        **({} if large else {"projection_dim": 16, "image_text_hidden_size": 16}),
    )
    BlipForConditionalGeneration(config).eval().save_pretrained(folder)
    seen = BlipImageProcessor(size={"height": side, "width": side})
    BlipProcessor(image_processor=seen, tokenizer=tokenizer).save_pretrained(folder)


def blip2(folder: Path) -> None:
    """BLIP-2 with OPT, as models were saved before its processor knew how many tokens a picture has."""
    from transformers import Blip2Config, Blip2ForConditionalGeneration, Blip2Processor, BlipImageProcessor

    tokenizer = byte_tokenizer(named=False, image_token="<image>")
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = Blip2Config(
        vision_config={"image_size": 32, "patch_size": 8, **size},
        qformer_config={**size, "encoder_hidden_size": 32, "vocab_size": 32, "cross_attention_frequency": 1},
        text_config={
            "model_type": "opt", "vocab_size": len(tokenizer), "hidden_size": 32, "ffn_dim": 64, "num_hidden_layers": 2,
            "num_attention_heads": 2, "max_position_embeddings": 128, "word_embed_proj_dim": 32, "pad_token_id": 0,
            "bos_token_id": 1, "eos_token_id": 2,
        },
        num_query_tokens=4,
    )  # fmt: skip
    Blip2ForConditionalGeneration(config).eval().save_pretrained(folder)
    seen = BlipImageProcessor(size={"height": 32, "width": 32})
    Blip2Processor(image_processor=seen, tokenizer=tokenizer).save_pretrained(folder)


def florence(folder: Path) -> None:
    """Florence-2, the library's own class."""
    from transformers import CLIPImageProcessor, Florence2Config, Florence2ForConditionalGeneration, Florence2Processor

    tokenizer = byte_tokenizer(image_token="<image>")
    config = Florence2Config(
        text_config={
            "model_type": "bart", "vocab_size": len(tokenizer), "d_model": 32, "encoder_layers": 1, "decoder_layers": 1,
            "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64,
            "max_position_embeddings": 512, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
            "decoder_start_token_id": 2, "forced_eos_token_id": 2,
        },
        vision_config={
            "depths": [1, 1, 1, 1], "embed_dim": [8, 16, 16, 32], "num_heads": [1, 2, 2, 4],
            "num_groups": [1, 2, 2, 4], "window_size": 2, "projection_dim": 32,
        },
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
    )  # fmt: skip
    model = Florence2ForConditionalGeneration(config).eval()
    model.save_pretrained(folder)
    seen = CLIPImageProcessor(size={"height": 64, "width": 64}, crop_size={"height": 64, "width": 64})
    seen.image_seq_length = 5
    Florence2Processor(image_processor=seen, tokenizer=tokenizer).save_pretrained(folder)


TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)


def llava(folder: Path) -> None:
    """LLaVA as JoyCaption is built: SigLIP and Llama."""
    from transformers import LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor, SiglipImageProcessor

    tokenizer = byte_tokenizer(image_token="<image>")
    config = LlavaConfig(
        vision_config={
            "model_type": "siglip_vision_model", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3,
            "num_attention_heads": 2, "image_size": 32, "patch_size": 8,
        },
        text_config=_llama(len(tokenizer)),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_seq_length=16,
        vision_feature_select_strategy="full",
        vision_feature_layer=-2,
    )  # fmt: skip
    LlavaForConditionalGeneration(config).eval().save_pretrained(folder)
    LlavaProcessor(
        image_processor=SiglipImageProcessor(size={"height": 32, "width": 32}), tokenizer=tokenizer, patch_size=8,
        vision_feature_select_strategy="full", chat_template=TEMPLATE, num_additional_image_tokens=0,
    ).save_pretrained(folder)  # fmt: skip


def idefics3(folder: Path) -> None:
    """Idefics3."""
    from transformers import Idefics3Config, Idefics3ForConditionalGeneration, Idefics3ImageProcessor, Idefics3Processor

    tokenizer = byte_tokenizer(
        image_token="<image>", fake_image_token="<fake_token_around_image>", global_image_token="<global-img>",
        end_of_utterance_token="<end_of_utterance>",
    )  # fmt: skip
    config = Idefics3Config(
        vision_config={
            "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": 32, "patch_size": 8,
        },
        text_config=_llama(len(tokenizer)),
        scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        pad_token_id=0,
    )  # fmt: skip
    Idefics3ForConditionalGeneration(config).eval().save_pretrained(folder)
    seen = Idefics3ImageProcessor(
        size={"longest_edge": 32}, max_image_size={"longest_edge": 32}, do_image_splitting=False
    )
    Idefics3Processor(
        image_processor=seen, tokenizer=tokenizer, image_seq_len=4, chat_template=TEMPLATE
    ).save_pretrained(folder)  # fmt: skip


def _llama(words: int) -> dict[str, Any]:
    return {
        "model_type": "llama", "vocab_size": words, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 1024, "pad_token_id": 0,
        "bos_token_id": 1, "eos_token_id": 2,
    }  # fmt: skip


def tagger(folder: Path, side: int = 64) -> None:
    """A WD tagger that looks at the mean colour: mean over the picture, a matrix, a sigmoid."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [weights for _name, _category, weights in TAGS]
    # The network sees blue first.
    matrix = [rows[tag][colour] / 255 for colour in (2, 1, 0) for tag in range(len(TAGS))]
    graph = b"".join([
        _field(1, _node("ReduceMean", ["picture"], ["mean"], [("axes", [1, 2]), ("keepdims", 0)])),
        _field(1, _node("Gemm", ["mean", "matrix"], ["sums"], [])),
        _field(1, _node("Sigmoid", ["sums"], ["tags"], [])),
        _field(2, b"tagger"),
        _field(5, _tensor("matrix", [3, len(TAGS)], matrix)),
        _field(11, _value("picture", ["batch", side, side, 3])),
        _field(12, _value("tags", ["batch", len(TAGS)])),
    ])  # fmt: skip
    model = _number(1, 8) + _field(7, graph) + _field(8, _number(2, 13))
    (folder / "model.onnx").write_bytes(model)
    lines = [f"{number},{name},{category},100" for number, (name, category, _weights) in enumerate(TAGS)]
    (folder / "selected_tags.csv").write_text(
        "tag_id,name,category,count\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def _field(number: int, data: bytes) -> bytes:
    """A length-delimited field of a protocol buffer."""
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _node(kind: str, inputs: list[str], outputs: list[str], attributes: list[tuple[str, Any]]) -> bytes:
    told = b"".join(_field(1, name.encode()) for name in inputs) + b"".join(
        _field(2, name.encode()) for name in outputs
    )
    told += _field(4, kind.encode())
    for name, value in attributes:
        many = isinstance(value, list)
        data = (
            b"".join(_number(8, item) for item in value) + _number(20, 7)
            if many
            else _number(3, value) + _number(20, 2)
        )
        told += _field(5, _field(1, name.encode()) + data)
    return told


def _tensor(name: str, shape: list[int], values: list[float]) -> bytes:
    sizes = b"".join(_number(1, size) for size in shape)
    return sizes + _number(2, 1) + _field(8, name.encode()) + _field(9, struct.pack(f"<{len(values)}f", *values))


def _value(name: str, shape: list[int | str]) -> bytes:
    sides = (_field(2, side.encode()) if isinstance(side, str) else _number(1, side) for side in shape)
    of = _number(1, 1) + _field(2, b"".join(_field(1, side) for side in sides))
    return _field(1, name.encode()) + _field(2, _field(1, of))


MAKERS = {
    "blip": blip,
    "blip-2": blip2,
    "florence-2": florence,
    "llava": llava,
    "idefics3": idefics3,
    "wd-tagger": tagger,
}


def main() -> None:
    """Make the families that are named, each in a folder of its name."""
    top = Path(sys.argv[1])
    for name in sys.argv[2:]:
        if name != "wd-tagger":
            from transformers import set_seed

            set_seed(1)
        if name == "blip-base":
            blip(top / name, large=True)
        else:
            MAKERS[name](top / name)


if __name__ == "__main__":
    main()
