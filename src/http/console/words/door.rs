//! The pages before the console, and passwords of administrators.

pub const WORDS: super::Table = &[
    ("Set up", "初始设置"),
    ("Welcome to Parlour", "欢迎使用 Parlour"),
    ("Welcome, {}", "欢迎您，{}"),
    (
        "Create the first administrator. This page works once and only while there is none.",
        "创建第一个管理员。本页只在还没有管理员时可用，且只能使用一次。",
    ),
    ("Choose a password. This link works once.", "请设置密码。此链接只能使用一次。"),
    ("You sign in with it, and the audit log names you by it.", "用于登录，审计日志中也以此称呼您。"),
    ("Create administrator", "创建管理员"),
    ("Set password and sign in", "设置密码并登录"),
    ("Password", "密码"),
    (
        "At least 12 characters. A few unrelated words are easy to remember and hard to guess.",
        "至少 12 个字符。几个互不相关的词既好记又难猜。",
    ),
    ("too short|easy to guess|fair|good|strong", "太短|容易猜到|一般|良好|很强"),
    ("Password once more", "再次输入密码"),
    (
        "This server is reached by plain HTTP. That is fine on this machine; from elsewhere put TLS before it and set its public address, so that passwords and cookies are protected.",
        "当前通过明文 HTTP 访问。在本机使用没有问题；从其他机器访问时，请在前面配置 TLS 并设置公开地址，以保护密码和 Cookie。",
    ),
    ("Sign in", "登录"),
    ("For the administrators of this server.", "仅供本服务器的管理员使用。"),
    (
        "There is no administrator yet. Open the set-up link that the server printed when it started.",
        "还没有管理员。请打开服务器启动时输出的设置链接。",
    ),
    ("Your session has ended. Sign in again.", "登录已失效，请重新登录。"),
    ("You are signed out.", "您已退出登录。"),
    ("Link", "链接"),
    ("This link is not valid any more", "此链接已失效"),
    (
        "A set-up link works once and only while there is no administrator. An invitation works once and ends after a day.",
        "设置链接只在还没有管理员时可用，且只能使用一次。邀请链接只能使用一次，一天后失效。",
    ),
    ("Change password", "修改密码"),
    ("You are signed out everywhere else.", "其他地方的登录将全部失效。"),
    ("Present password", "当前密码"),
    ("Your password is changed.", "密码已修改。"),
];
