"""Uploads: pictures for the body of articles, and permanent material."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image

from .calls import Answer, Call, done, take_id, take_page, take_text
from .refusals import Refusal, refuse_when
from .state import Material, Picture, new_id

KILO, MEGA = 1024, 1024 * 1024
MAX_PIXELS = 100_000_000

# what the bytes begin with, and the extensions that agree with it
_MAGIC = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"BM", "bmp"))
_EXTENSIONS: Mapping[str, str] = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "gif": "gif", "bmp": "bmp"}
_FOLDERS: Mapping[str, str] = {"jpeg": "mmbiz_jpg", "png": "mmbiz_png", "gif": "mmbiz_gif", "bmp": "mmbiz"}


def upload_image(call: Call) -> Answer:
    """Take a picture for the body of an article: jpg or png by its bytes, under 1 MB."""
    picture = _take_picture(call)
    refuse_when(picture.format not in {"jpeg", "png"}, 40005)
    refuse_when(len(picture.data) >= MEGA, 40009)
    return {"url": f"{_store(call, picture)}?from=appmsg"}


def add_material(call: Call) -> Answer:
    """Take permanent material of the query's `type`: image (10 MB) or thumb (jpg, 64 KB)."""
    kind = call.query.get("type", "")
    refuse_when(kind not in {"image", "thumb"}, 40004)
    picture = _take_picture(call)
    if kind == "thumb":
        refuse_when(picture.format != "jpeg", 40005)
        refuse_when(len(picture.data) > 64 * KILO, 40012)
    refuse_when(len(picture.data) > 10 * MEGA, 45001)
    url = f"{_store(call, picture)}?wx_fmt={picture.format}"
    name = call.upload.name if call.upload else ""
    material = Material(new_id(64), kind, name, picture, url, int(call.now))
    call.account.materials[material.media_id] = material
    answer: Answer = {"media_id": material.media_id, "url": url, "item": []}
    return answer if kind == "image" else {"media_id": material.media_id, "item": []}


def list_materials(call: Call) -> Answer:
    """One page of the material of a type, newest first."""
    fields = call.fields()
    kind = take_text(fields, "type")
    refuse_when(kind not in {"image", "thumb", "video", "voice", "news"}, 40004)
    found = [material for material in reversed(call.account.materials.values()) if material.kind == kind]
    page = found[take_page(fields)]
    items = [{"media_id": m.media_id, "name": m.name, "update_time": m.update_time, "url": m.url} for m in page]
    return {"item": items, "total_count": len(found), "item_count": len(items)}


def count_materials(call: Call) -> Answer:
    """How much permanent material there is of each kind."""
    images = sum(material.kind == "image" for material in call.account.materials.values())
    return {"voice_count": 0, "video_count": 0, "image_count": images, "news_count": 0}


def delete_material(call: Call) -> Answer:
    """Delete one material; a draft that has it as cover keeps the picture."""
    media_id = take_id(call.fields())
    refuse_when(call.account.materials.pop(media_id, None) is None, 40007)
    return done()


def _take_picture(call: Call) -> Picture:
    upload = call.upload
    if upload is None:
        raise Refusal(41005)
    refuse_when(not upload.data, 44001)
    kind = next((kind for magic, kind in _MAGIC if upload.data.startswith(magic)), "")
    extension = upload.name.rpartition(".")[2].lower()
    refuse_when(not kind or _EXTENSIONS.get(extension) != kind, 40005)
    width, height = _measure(upload.data)
    return Picture(new_id(86), kind, width, height, upload.data)


def _measure(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            refuse_when(image.width * image.height > MAX_PIXELS, 40137)
            image.load()
            return image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal(40137) from error


def _store(call: Call, picture: Picture) -> str:
    call.platform.pictures[picture.id] = picture
    return f"{call.base}/{_FOLDERS[picture.format]}/{picture.id}/0"
