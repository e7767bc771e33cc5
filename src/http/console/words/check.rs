//! Checking an application: the page, and what the doctor says on it.

pub const WORDS: super::Table = &[
    ("Check", "检查"),
    (
        "Parlour calls everything that the application answers, with made-up things that nothing follows from, and says what is wrong and how to mend it.",
        "Parlour 用虚构的内容调用应用的所有接口，不会产生任何影响，并说明问题所在和解决办法。",
    ),
    ("A cookie of somebody who is signed in there", "某个已登录用户在应用中的 Cookie"),
    (
        "Not needed. With it, the address that says who somebody is has to name its owner. It is sent there only, and not kept.",
        "可不填。填写后会检查说明当前用户的地址能否认出它的主人。只会发送到该地址，不会保存。",
    ),
    ("Call it now", "立即检查"),
    ("Back", "返回"),
    ("There is nothing to call", "没有可调用的内容"),
    (
        "The application has no callback address, and nothing is asked or fetched elsewhere.",
        "应用没有回调地址，也没有其他需要询问或获取的地址。",
    ),
    ("{} thing is wrong|{} things are wrong", "发现 {} 个问题"),
    ("Nothing is wrong", "没有发现问题"),
    ("What was looked at", "检查项"),
    ("What was found", "结果"),
    ("good", "正常"),
    ("could be better", "可改进"),
    ("wrong", "有问题"),
    ("To do:", "处理办法："),
    ("What was asked and answered", "请求与响应"),
    ("Its clock", "应用的时钟"),
    ("A wrong signature", "错误的签名"),
    ("A call from an hour ago", "一小时前的调用"),
    ("Who somebody is, by the cookie", "通过 Cookie 识别用户"),
    ("Certificate", "证书"),
];
