"""What the platform's error codes mean: one line each, a class and what to do (Chinese, for editors and operators).

Source: the official code list and the SDKs' enums as gathered for this project; the wording is ours. An unknown code
is a refusal of the one call.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a code asks for."""

    TOKEN = "token"  # noqa: S105 - the name of a class of codes
    """Ask for a fresh token, once, and repeat."""
    BUSY = "busy"
    """Nothing happened; again in a little while."""
    MINUTE = "minute"
    """Too many calls in this minute."""
    DAY = "day"
    """The day's quota is used up; again after midnight in Beijing."""
    ACCOUNT = "account"
    """Every issue of this account would be refused; a person must act."""
    ARTICLE = "article"
    """This call is refused; a person must look at this issue."""


_SIZE = "请缩短后重新投放。"
_PICTURE = "请换一张图片（JPG 或 PNG）后重新投放。"
_PERMISSION = "这个公众号没有使用该接口的权限"

ERRCODES: dict[int, tuple[Kind, str]] = {
    -1: (Kind.BUSY, "微信平台繁忙。"),
    40001: (Kind.TOKEN, "access_token 无效，或 AppSecret 不正确。请核对 AppSecret，并确认没有别的系统在取 token。"),
    40002: (Kind.ARTICLE, "取 access_token 的方式不对，请联系管理员升级程序。"),
    40003: (Kind.ARTICLE, "OpenID 不正确。"),
    40004: (Kind.ARTICLE, "素材类型不被支持。"),
    40005: (Kind.ARTICLE, f"图片的文件类型不被支持，或扩展名与内容不符。{_PICTURE}"),
    40006: (Kind.ARTICLE, f"素材的大小不符合要求。{_PICTURE}"),
    40007: (Kind.ARTICLE, "素材或草稿在平台上已不存在（可能被人删除）。请 retry，或重新投放稿件。"),
    40008: (Kind.ARTICLE, "消息类型不被支持。"),
    40009: (Kind.ARTICLE, f"图片太大。{_PICTURE}"),
    40010: (Kind.ARTICLE, "语音太大。"),
    40011: (Kind.ARTICLE, "视频太大。"),
    40012: (Kind.ARTICLE, "缩略图太大。"),
    40013: (Kind.ACCOUNT, "AppID 不正确。请核对 config/accounts.toml 里的 appid。"),
    40014: (Kind.TOKEN, "access_token 不合法。"),
    40032: (Kind.ARTICLE, "OpenID 列表的数量不符合要求。"),
    40033: (Kind.ARTICLE, "内容含有平台不接受的字符。请检查标题和正文里的特殊字符。"),
    40035: (Kind.ARTICLE, "参数不合法，请联系管理员。"),
    40038: (Kind.ARTICLE, "请求格式不对，请联系管理员。"),
    40039: (Kind.ARTICLE, f"链接太长。{_SIZE}"),
    40060: (Kind.ARTICLE, "文章序号不正确。"),
    40066: (Kind.ARTICLE, "链接不合法，请检查「阅读原文」的链接。"),
    40114: (Kind.ARTICLE, "文章序号超出范围。"),
    40118: (Kind.ARTICLE, "media_id 的长度不正确。"),
    40121: (Kind.ARTICLE, "media_id 的类型不正确。"),
    40125: (Kind.ACCOUNT, "AppSecret 不正确。请在微信开发者平台核对或重置后，更新服务器上的凭据。"),
    40132: (Kind.ARTICLE, "微信号不正确。"),
    40137: (Kind.ARTICLE, f"图片格式平台读不了。{_PICTURE}"),
    40155: (Kind.ARTICLE, "正文含有其他公众号的主页链接，请删去后重新投放。"),
    40164: (Kind.ACCOUNT, "服务器的 IP 地址 {ip} 不在白名单里。请到微信开发者平台的 IP 白名单里添加它。"),
    40227: (Kind.ARTICLE, "标题为空。请在稿件里写上标题后重新投放。"),
    40243: (Kind.ACCOUNT, "AppSecret 已被冻结。请到微信开发者平台解冻（约 10 分钟后生效）。"),
    41001: (Kind.TOKEN, "请求缺少 access_token。"),
    41002: (Kind.ACCOUNT, "请求缺少 appid。请核对 config/accounts.toml。"),
    41004: (Kind.ACCOUNT, "请求缺少 AppSecret。请核对服务器上的凭据。"),
    41005: (Kind.ARTICLE, "上传的图片没有内容。"),
    41006: (Kind.ARTICLE, "请求缺少 media_id。"),
    41007: (Kind.ARTICLE, "菜单缺少子菜单数据。"),
    41039: (Kind.ARTICLE, "「阅读原文」的链接不合法，请改正 source_url。"),
    42001: (Kind.TOKEN, "access_token 已过期。"),
    43001: (Kind.ARTICLE, "请求方式应为 GET，请联系管理员。"),
    43002: (Kind.ARTICLE, "请求方式应为 POST，请联系管理员。"),
    43003: (Kind.ACCOUNT, "必须使用 HTTPS。请把 api_base 改为 https:// 开头。"),
    43004: (Kind.ARTICLE, "对方没有关注公众号。"),
    43019: (Kind.ARTICLE, "对方在黑名单里。"),
    44001: (Kind.ARTICLE, f"上传的文件是空的。{_PICTURE}"),
    44002: (Kind.ARTICLE, "请求内容为空，请联系管理员。"),
    44003: (Kind.ARTICLE, "图文内容为空，请检查稿件。"),
    44004: (Kind.ARTICLE, "文本内容为空，请检查稿件。"),
    45001: (Kind.ARTICLE, f"文件太大。{_PICTURE}"),
    45002: (Kind.ARTICLE, f"正文太长（平台上限两万字符，含排版代码）。{_SIZE}"),
    45003: (Kind.ARTICLE, f"标题太长（上限 32 字）。{_SIZE}"),
    45004: (Kind.ARTICLE, f"摘要太长（上限 120 字）。{_SIZE}"),
    45005: (Kind.ARTICLE, f"链接太长。{_SIZE}"),
    45006: (Kind.ARTICLE, f"图片链接太长。{_SIZE}"),
    45007: (Kind.ARTICLE, "语音太长。"),
    45008: (Kind.ARTICLE, "一次最多 8 篇图文。请把稿件拆成两期。"),
    45009: (Kind.DAY, "今天调用这个接口的次数已用完，明天零点后自动继续。"),
    45010: (Kind.ARTICLE, "创建菜单的数量超过限制。"),
    45011: (Kind.MINUTE, "调用太频繁，稍后自动再试。"),
    45015: (Kind.ARTICLE, "回复时间超过限制。"),
    45028: (Kind.DAY, "群发次数已用完，明天自动再试；也可以改为不群发的发布。"),
    45047: (Kind.ARTICLE, "客服消息的条数超过限制。"),
    45064: (Kind.ARTICLE, "菜单里的小程序没有关联到这个公众号。"),
    45065: (Kind.ARTICLE, "同一群发已经提交过。"),
    45066: (Kind.MINUTE, "同一群发在一分钟内重复提交，稍后自动再试。"),
    45067: (Kind.ARTICLE, "群发标识太长，请联系管理员。"),
    45083: (Kind.ARTICLE, "群发速度的设置不正确。"),
    45084: (Kind.ARTICLE, "没有设置群发速度的参数。"),
    45086: (Kind.ARTICLE, "小程序的 AppID 不正确。"),
    45106: (Kind.ARTICLE, "平台已停用这个接口，请联系管理员升级程序。"),
    45110: (Kind.ARTICLE, f"作者名太长（上限 8 个汉字）。{_SIZE}"),
    45157: (Kind.ARTICLE, "标签名重复。"),
    45158: (Kind.ARTICLE, "标签名太长。"),
    45159: (Kind.ARTICLE, "标签不存在。"),
    45166: (Kind.ARTICLE, "正文含有平台不接受的内容（如小程序卡片、预览链接）。请检查后重新投放。"),
    46001: (Kind.ARTICLE, "素材不存在。"),
    46003: (Kind.ARTICLE, "菜单不存在。"),
    46004: (Kind.ARTICLE, "用户不存在。"),
    47001: (Kind.ARTICLE, "请求数据的格式不对，请联系管理员。"),
    48001: (Kind.ACCOUNT, f"{_PERMISSION}（未认证、认证过期，或平台已收回）。请在公众号后台查看接口权限与认证状态。"),
    48002: (Kind.ARTICLE, "对方拒收消息。"),
    48003: (Kind.ACCOUNT, "还没有同意群发协议。请在公众号后台同意后 retry。"),
    48004: (Kind.ACCOUNT, "接口因违规被平台封禁。请在公众号后台的通知里查看原因。"),
    48005: (Kind.ARTICLE, "素材正被菜单或自动回复使用，不能删除。"),
    48006: (Kind.DAY, "本月清零次数已用完。"),
    48008: (Kind.ACCOUNT, f"{_PERMISSION}（消息类型）。"),
    48009: (Kind.ACCOUNT, "接口权限已过期。请在公众号后台查看。"),
    50001: (Kind.ARTICLE, "用户没有授权。"),
    50002: (Kind.ACCOUNT, "公众号被限制使用或已注销。请在公众号后台查看通知。"),
    50004: (Kind.ACCOUNT, "取 access_token 的接口被禁用。请在微信开发者平台查看。"),
    50005: (Kind.ARTICLE, "用户没有关注公众号。"),
    50007: (Kind.ACCOUNT, "公众号已被冻结。请在公众号后台查看通知。"),
    53402: (Kind.ARTICLE, "封面裁剪失败。请换一张约 900×383 像素的封面后重新投放。"),
    53404: (Kind.ARTICLE, "商品能力被限制。"),
    53405: (Kind.ARTICLE, "商品信息不正确。"),
    53406: (Kind.ARTICLE, "没有开通商品能力。"),
    53503: (Kind.ARTICLE, "草稿没有通过发布检查。请在公众号后台打开这篇草稿查看提示。"),
    53504: (Kind.ARTICLE, "这篇草稿须在公众号后台发布。请登录 mp.weixin.qq.com → 草稿箱发表。"),
    53505: (Kind.ARTICLE, "请先在公众号后台手动保存这篇草稿，再 retry。"),
    53600: (Kind.ARTICLE, "文章不存在（article_id 无效）。"),
    61004: (Kind.ACCOUNT, "服务器的 IP 地址 {ip} 没有登记。请到微信开发者平台把它加入 IP 白名单。"),
    61500: (Kind.ARTICLE, "日期格式不正确。"),
    61501: (Kind.ARTICLE, "日期范围不正确。"),
    76001: (Kind.ARTICLE, "查不到这次调用的记录。"),
    76021: (Kind.ARTICLE, "接口路径不存在。"),
    76022: (Kind.ARTICLE, "接口不属于这个公众号。"),
    88000: (Kind.ARTICLE, "公众号没有留言权限。"),
    88001: (Kind.ARTICLE, "留言数据不存在。"),
    88002: (Kind.ARTICLE, "留言因安全原因被限制。"),
    88003: (Kind.ARTICLE, "精选留言的数量已到上限。"),
    88004: (Kind.ARTICLE, "留言已被作者删除。"),
    88005: (Kind.ARTICLE, "留言已经回复过。"),
    88007: (Kind.ARTICLE, "回复太长或为空。"),
    88008: (Kind.ARTICLE, "留言不存在。"),
    88009: (Kind.ARTICLE, "回复不存在。"),
    88010: (Kind.ARTICLE, "一次取的留言条数不正确。"),
    89503: (Kind.ACCOUNT, "这个 IP 第一次调用，需要管理员在微信里确认。请管理员确认后 retry。"),
    89506: (Kind.ACCOUNT, "管理员两次拒绝了这个 IP，24 小时内不能再试。"),
    89507: (Kind.ACCOUNT, "管理员拒绝了这个 IP，1 小时内不能再试。"),
}  # fmt: skip
"""Code -> what it asks for, and the sentence. {ip} is the address that the platform names."""


def explain(errcode: int, address: str = "") -> tuple[Kind, str]:
    """What a code asks for and its Chinese sentence with the code; `address` fills in a refused IP address."""
    kind, sentence = ERRCODES.get(errcode, (Kind.ARTICLE, "微信平台拒绝了这次调用。请联系管理员，把错误码发给他。"))
    return kind, f"{sentence.format(ip=address or '（未给出）')}（错误码 {errcode}）"
