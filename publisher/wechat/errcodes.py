"""What the platform's error codes mean: one table, code -> class and Chinese sentence.

The class decides what happens next (see `publisher.errors`); the sentence says what is wrong and what to do. A code
that is not here is refused with a general sentence. Some codes become something else for some calls: that is the
client's business (-1 on a call that must not be repeated, 45065 on a mass send).
"""

from __future__ import annotations

import ipaddress
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from publisher.errors import AccountRefused, Busy, Refused, WeChatError

SYSTEM_BUSY = -1
STALE_TOKEN = frozenset({40001, 40014, 42001})
NO_SUCH_MEDIA = 40007
REPEATED_MASS_SEND = 45065
NO_RIGHT = 48001
NO_MENU = 46003


class Patience(StrEnum):
    """How long a Busy platform wants to be left alone."""

    FREELY = "freely"
    """As the caller likes."""
    MINUTE = "minute"
    """Until the next full minute: a quota by the minute."""
    DAY = "day"
    """Until midnight in Beijing and a little more: a quota by the day."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means; `{ip}` in the note is replaced by the address that the platform saw."""

    kind: type[WeChatError]
    note: str
    patience: Patience = Patience.FREELY


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer with an errcode other than 0; `errmsg` is free of secrets."""

    path: str
    errcode: int
    errmsg: str

    @property
    def rid(self) -> str:
        """The number under which the platform keeps this failure for seven days, or ""."""
        found = _RID.search(self.errmsg)
        return found.group(1) if found else ""


def refusal(verdict: Verdict, now: datetime, appid: str) -> WeChatError:
    """The error to raise for a verdict at `now`; accounts spread themselves over the minutes after midnight."""
    code = verdict.errcode
    meaning = MEANINGS.get(code, _UNKNOWN)
    note = f"{meaning.note.replace('{ip}', _address(verdict.errmsg))}（平台错误码 {code}）"
    detail = f"{verdict.path}: errcode {code}: {verdict.errmsg}"
    error = meaning.kind(detail, note, path=verdict.path, errcode=code, errmsg=verdict.errmsg, rid=verdict.rid)
    if isinstance(error, Busy):
        error.not_before = _not_before(meaning.patience, now, appid)
    return error


def closed(path: str, until: datetime) -> Busy:
    """The error for a call that is not made, since the platform has said that there are no more to be had today."""
    note = f"今天对接口 {path} 的调用次数已用完，零点后自动继续。"
    error = Busy(f"{path}: closed for the day", note, path=path)
    error.not_before = until
    return error


def is_spent(error: WeChatError) -> bool:
    """Whether a refusal says that the day's calls of an API are used up."""
    return error.errcode in MEANINGS and MEANINGS[error.errcode].patience is Patience.DAY


def _not_before(patience: Patience, now: datetime, appid: str) -> datetime | None:
    spread = _spread(appid)
    match patience:
        case Patience.FREELY:
            return None
        case Patience.MINUTE:
            return now.replace(second=0, microsecond=0) + timedelta(seconds=62 + spread % 5)
        case Patience.DAY:
            return next_day(now, appid)


def next_day(now: datetime, appid: str) -> datetime:
    """When the platform counts an account's calls anew: midnight in Beijing and one to five minutes more."""
    tomorrow = now.astimezone(_BEIJING).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), _BEIJING).astimezone(now.tzinfo)
    return midnight + timedelta(seconds=60 + _spread(appid) % 241)


def _spread(appid: str) -> int:
    return zlib.crc32(appid.encode())


def _address(errmsg: str) -> str:
    """The IP address that an errmsg names, between spaces; "" if it names none."""
    found = _IPV4.search(errmsg)
    candidates = [found.group()] if found else [word.strip("[](),;") for word in errmsg.split()]
    return next((f" {word} " for word in candidates if _is_address(word)), "")


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


_IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_RID = re.compile(r"\brid: ?([0-9A-Za-z]+(?:-[0-9A-Za-z]+)+)")
_BEIJING = ZoneInfo("Asia/Shanghai")


def _refused(note: str) -> Meaning:
    return Meaning(Refused, note)


def _account(note: str) -> Meaning:
    return Meaning(AccountRefused, note)


_UNKNOWN = _refused("平台拒绝了这次操作，原因不在已知之列。请管理员按日志中的 rid 在微信开发者平台查询。")
_BUG = "程序发出的请求不合平台的格式，请把日志交给开发者。"
_MENU = "自定义菜单的设置不合规定，请检查菜单的层级、名称和链接。"
_COMMENT = "留言功能不可用，请在公众号后台确认已开通留言。"
_CREDENTIALS = "请在微信开发者平台核对 AppID 和 AppSecret，改正配置后再试。"
_IP = "服务器的 IP{ip}不在白名单中。请在微信开发者平台的「开发密钥」中把它加入 IP 白名单，然后重试。"

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        # ------------------------------------------------------------------ wait
        -1: Meaning(Busy, "平台系统繁忙。"),
        45009: Meaning(Busy, "今天对这个接口的调用次数已用完，明天零点后恢复。", Patience.DAY),
        45011: Meaning(Busy, "这一分钟内的调用太频繁。", Patience.MINUTE),
        45028: Meaning(Busy, "群发次数已用完；也可以改用「发布」，或在公众号后台查看剩余次数。", Patience.DAY),
        45066: Meaning(Busy, "同一次群发重复得太快，一分钟后才能再查。", Patience.MINUTE),
        # ------------------------------------------------------------------ the account
        40001: _account(f"凭证无效：AppSecret 不对，或有别的系统在强制刷新 token。{_CREDENTIALS}"),
        40002: _account("凭证类型不被接受，请核对配置中的 api_base 是否指向微信平台。"),
        40013: _account(f"AppID 无效。{_CREDENTIALS}"),
        40014: _account(f"token 不被接受，重新获取后仍然如此。{_CREDENTIALS}"),
        40125: _account(f"AppSecret 无效。{_CREDENTIALS}"),
        40164: _account(_IP),
        40243: _account("AppSecret 已被冻结。请管理员在微信开发者平台解冻，约十分钟后生效。"),
        41001: _account("请求没有带 token。请核对配置中的 api_base：中间的代理可能去掉了参数。"),
        41002: _account("没有 AppID，请在 accounts.toml 中填写 appid。"),
        41004: _account("没有 AppSecret，请设置这个公众号的 AppSecret 后再试。"),
        42001: _account("token 已过期，重新获取后仍然如此；可能有别的系统在强制刷新 token，请让它停用。"),
        43003: _account("平台要求 https，请改正配置中的 api_base。"),
        48001: _account("公众号没有这个接口的权限：未认证、认证已过期，或主体是个人。请在公众号后台查看接口权限。"),
        48003: _account("公众号还没有同意群发协议，请登录公众号后台群发一次并同意协议。"),
        48004: _account("这个接口因违规被平台封禁，请登录公众号后台查看通知。"),
        48009: _account("这个接口的权限已到期，请在公众号后台续期。"),
        50002: _account("公众号受到限制或已注销，请登录公众号后台查看通知。"),
        50004: _account("公众号被禁止获取 token，请登录公众号后台查看通知。"),
        50007: _account("公众号已被冻结，请登录公众号后台查看通知。"),
        61004: _account(_IP),
        89503: _account("服务器的 IP{ip}第一次调用需要管理员同意：请管理员在微信的提示中点「同意」，然后重试。"),
        89506: _account("管理员两次拒绝了服务器的 IP{ip}，24 小时内不能再申请；请与管理员商定后重试。"),
        89507: _account("管理员拒绝了服务器的 IP{ip}，一小时内不能再申请；请与管理员商定后重试。"),
        # ------------------------------------------------------------------ pictures and other media
        40004: _refused("素材类型不被接受，只支持图片、语音、视频和缩略图。"),
        40005: _refused("文件格式不被接受，或扩展名与内容不符。请把图片另存为 JPG 或 PNG 后重新投放。"),
        40006: _refused("文件大小不被接受。请把图片缩小后重新投放。"),
        40007: _refused("平台上找不到这个素材或草稿：可能已在后台删除或已发表。请到后台查看，再决定是否重试。"),
        40009: _refused("图片太大：正文图片须小于 1 MB，封面须小于 10 MB。请缩小后重新投放。"),
        40010: _refused("语音文件太大，须小于 2 MB。"),
        40011: _refused("视频文件太大，须小于 10 MB。"),
        40012: _refused("缩略图太大，须小于 64 KB。"),
        40137: _refused("平台不能解码这张图片，可能尺寸过大。请缩小并另存为 JPG 或 PNG 后重新投放。"),
        41005: _refused("上传时没有文件内容，请检查图片是否为空，然后重新投放。"),
        41006: _refused(f"请求中没有素材编号。{_BUG}"),
        44001: _refused("上传的文件是空的，请检查图片后重新投放。"),
        45001: _refused("文件太大，请缩小后重新投放。"),
        45006: _refused("图片的链接太长，请改用稿件自带的图片。"),
        45007: _refused("语音太长，须在 60 秒以内。"),
        46001: _refused("平台上没有这个素材，可能已在后台删除。请重试，程序会重新上传。"),
        48005: _refused("素材正被菜单或自动回复使用，不能删除。请先在后台解除引用。"),
        # ------------------------------------------------------------------ articles and drafts
        40033: _refused("文字里有平台不接受的字符，请删去不可见的字符或 \\u 形式的转义后重新投放。"),
        40039: _refused("链接的长度不被接受，请缩短后重新投放。"),
        40066: _refused("链接或接口地址无效，请核对文中的链接和配置中的 api_base。"),
        40114: _refused("文章的序号不在草稿的范围内，草稿可能已在后台改动。请到后台查看。"),
        40118: _refused("素材编号的长度不对，请重试；若仍如此，请把日志交给开发者。"),
        40121: _refused("素材编号的类型不对，封面须是永久图片素材。请重试。"),
        40132: _refused("微信号无效，请核对后再试。"),
        40155: _refused("正文里有其他公众号主页的链接，请删去后重新投放。"),
        40227: _refused("标题是空的，请在稿件中写上标题后重新投放。"),
        41039: _refused("「阅读原文」的链接无效，请改正稿件中的原文链接后重新投放。"),
        44003: _refused("草稿里没有文章，请检查稿件是否有正文，然后重新投放。"),
        44004: _refused("正文是空的，请检查稿件后重新投放。"),
        45002: _refused("正文超过平台的长度（2 万字符，含排版）。请精简，或把 layout 设为 sections 分篇。"),
        45003: _refused("标题太长，平台限 32 个字。请缩短后重新投放。"),
        45004: _refused("摘要太长，平台限 120 个字。请缩短后重新投放。"),
        45005: _refused("链接太长，请缩短原文链接后重新投放。"),
        45008: _refused("文章太多，一个草稿最多 8 篇。请把 layout 设为 single 或 auto，或分成几期。"),
        45106: _refused("这个接口已下线，请升级本程序。"),
        45110: _refused("作者名太长，平台限 16 个字。请缩短后重新投放。"),
        45166: _refused("正文里有平台不接受的内容（如失效的小程序卡片、被禁止的标签）。请删去后重新投放。"),
        45086: _refused("正文里小程序卡片的 AppID 不对，请改正或删去卡片后重新投放。"),
        53402: _refused("封面裁剪失败，请换一张 900×383 的 JPG 封面后重新投放。"),
        53404: _refused("公众号的带货能力受限，请删去商品后重新投放。"),
        53405: _refused("商品信息有误，请删去或改正商品后重新投放。"),
        53406: _refused("公众号没有开通带货能力，请删去商品后重新投放。"),
        # ------------------------------------------------------------------ publishing and mass sends
        40060: _refused("要操作的文章序号无效，请到公众号后台处理。"),
        45065: _refused("这次群发先前已经提交过，请到公众号后台查看结果，不要重复群发。"),
        45067: _refused(f"群发的编号太长。{_BUG}"),
        45083: _refused("群发速度的取值无效，请用 0 到 4。"),
        45084: _refused("没有设置群发速度，请填写后再试。"),
        53503: _refused("草稿没有通过发布检查。请登录公众号后台打开草稿，按提示修改后发表。"),
        53504: _refused("这篇草稿须在公众号后台操作。请登录后台，在草稿箱里打开它并发表。"),
        53505: _refused("请先在公众号后台打开这篇草稿并手动保存，再发表或重试。"),
        53600: _refused("平台上没有这篇已发表的文章，可能已被删除。请到后台查看。"),
        # ------------------------------------------------------------------ requests
        40035: _refused(f"参数不被接受。{_BUG}"),
        40038: _refused(f"请求格式不对。{_BUG}"),
        43001: _refused(f"须用 GET。{_BUG}"),
        43002: _refused(f"须用 POST。{_BUG}"),
        44002: _refused(f"请求是空的。{_BUG}"),
        47001: _refused(f"数据格式有误。{_BUG}"),
        48006: _refused("本月清零调用次数的机会已用完，请等到次日零点。"),
        61500: _refused("日期的格式不对，请用 2026-01-31 的写法。"),
        61501: _refused("日期的范围不被接受，请缩短范围，且最晚到昨天。"),
        76021: _refused("查询的接口不存在或不能查询，请核对接口路径。"),
        76022: _refused("查询的接口不属于这个公众号，请核对接口路径。"),
        # ------------------------------------------------------------------ followers, messages, tags, menu, comments
        40003: _refused("用户的 openid 无效，可能属于别的公众号。"),
        40008: _refused("消息类型不被接受，请核对回复的设置。"),
        **dict.fromkeys(range(40015, 40029), _refused(_MENU)),
        40032: _refused("用户名单的人数不被接受，请分批操作。"),
        40054: _refused("菜单列表里的链接不合规定：要以 http:// 或 https:// 开头。请改正 config/menu.toml。"),
        40055: _refused("菜单按钮的链接不合规定：要以 http:// 或 https:// 开头。请改正 config/menu.toml。"),
        40050: _refused("用户分组无效，请在后台核对分组。"),
        40051: _refused("用户分组的名称无效，请改名后再试。"),
        40119: _refused(_MENU),
        40120: _refused(_MENU),
        41007: _refused(_MENU),
        43004: _refused("对方没有关注公众号，不能给他发消息。"),
        43019: _refused("请先把这个用户移出黑名单。"),
        45010: _refused(_MENU),
        45015: _refused("超过了回复的期限：用户 48 小时内没有互动，不能再给他发消息。"),
        45047: _refused("给这个用户的客服消息已到上限，等他再次互动后才能发。"),
        45050: _refused("平台不支持这种客服消息，请换一种回答。"),
        45064: _refused("菜单里的小程序没有和这个公众号关联，请在公众号后台关联后再推送。"),
        45080: _refused("客服「正在输入」的状态不能设置：用户 30 秒内没有发消息。"),
        45081: _refused("客服「正在输入」的状态已经设置过了。"),
        45087: _refused("这个公众号的客服消息已被平台限制，请登录公众号后台查看通知。"),
        45056: _refused("标签太多，请先删去一些。"),
        45057: _refused("标签下的粉丝超过 10 万，不能删除。"),
        45058: _refused("系统自带的标签不能修改。"),
        45059: _refused("这个粉丝身上的标签已超过 20 个，请先去掉一些。"),
        45157: _refused("标签名重复，请换一个。"),
        45158: _refused("标签名太长，请缩短。"),
        45159: _refused("标签编号无效，请核对。"),
        46003: _refused("公众号还没有自定义菜单，请先创建。"),
        46004: _refused("没有这个用户，请核对 openid。"),
        48002: _refused("这个粉丝拒收公众号的消息。"),
        48008: _refused("公众号没有发这种消息的权限，请换一种消息。"),
        50001: _refused("用户没有授权，请先取得授权。"),
        50005: _refused("用户没有关注公众号。"),
        **dict.fromkeys(range(65301, 65318), _refused(f"个性化菜单：{_MENU}")),
        **dict.fromkeys(range(88000, 88011), _refused(_COMMENT)),
    }
)
"""Every code that the platform documents for the calls of an official account."""
