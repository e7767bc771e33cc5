//! Signing in with an identity provider.

pub const WORDS: super::Table = &[
    ("Identity provider", "身份提供商"),
    ("Users sign in with the account of their organisation, by OpenID Connect.", "用户通过 OpenID Connect 使用单位账号登录。"),
    ("Say which one", "设置身份提供商"),
    ("Sign in with an identity provider", "用身份提供商登录"),
    (
        "Keycloak, Authentik, Entra ID, Google or another one that speaks OpenID Connect. Register a client for Parlour there, and enter here what it shows.",
        "Keycloak、Authentik、Entra ID、Google 或其他支持 OpenID Connect 的身份提供商。请先在那里为 Parlour 注册客户端，再将其显示的内容填入此处。",
    ),
    ("Redirect URI", "重定向 URI"),
    (
        "The provider sends browsers back there, and to no other address. Enter it there exactly so.",
        "身份提供商会让浏览器返回到此地址，且只返回到此地址。请在那里原样填写。",
    ),
    ("Name of the provider", "提供商名称"),
    ("As users call it. It stands on the button.", "用户熟悉的名称，显示在按钮上。"),
    ("Issuer", "颁发者（Issuer）"),
    (
        "To the letter as the provider writes it, also a slash at its end. A private address or plain HTTP is approved in the settings, as for callbacks.",
        "必须与身份提供商的写法完全一致，包括末尾的斜杠。私有地址或 HTTP 需要像回调一样在设置中批准。",
    ),
    ("Client ID", "客户端 ID"),
    ("Client secret", "客户端密钥"),
    ("Known; empty leaves it as it is", "已保存；留空则保持不变"),
    ("The client has no secret", "客户端没有密钥"),
    ("It is a public one there. A secret that is known here is forgotten.", "它在那里是公共客户端。此处已保存的密钥会被删除。"),
    ("Scopes", "授权范围（Scopes）"),
    ("What Parlour asks for, with blanks between.", "Parlour 请求的范围，以空格分隔。"),
    ("Only with this claim", "仅限具有此声明的用户"),
    (
        "Such as hd=acme.example or groups=im. Without it, whoever the provider lets in comes in: with Google that is everybody.",
        "例如 hd=acme.example 或 groups=im。不填写时，身份提供商允许登录的人都可以进入；对 Google 来说就是所有人。",
    ),
    (
        "Which claims say who somebody is. The id is never to be changed by people themselves; an email address is taken only where it is verified, and joins nobody to an account.",
        "哪些声明（claim）说明用户的身份。ID 必须是用户自己无法更改的；邮箱只在经过验证时采用，且不会用来关联账号。",
    ),
    (
        "Saved, but the provider shows no key by which Parlour could believe it.",
        "已保存，但身份提供商没有提供 Parlour 可用来验证的密钥。",
    ),
    (
        "Saved. {} answers, and its keys are there. Now sign in once to see whether it knows this client.",
        "已保存。{} 有应答，密钥也已找到。现在请登录一次，看看它是否认识此客户端。",
    ),
    ("Saved, but the provider does not answer as it should: {}.", "已保存，但身份提供商的应答不正确：{}。"),
];
