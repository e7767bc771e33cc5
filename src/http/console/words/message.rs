//! What an application has sent, and what became of it.

pub const WORDS: super::Table = &[
    ("Messages", "消息"),
    (
        "What the application has sent, the newest first. What users write to each other is not shown here.",
        "应用发送的消息，最新的在前。用户之间的对话不在这里显示。",
    ),
    ("Nothing sent yet", "还没有发送过"),
    (
        "As soon as the application sends a message, what became of it for each recipient stands here.",
        "应用发送消息后，每位接收者的送达情况会显示在这里。",
    ),
    ("Message", "消息"),
    ("Recipients", "接收者"),
    ("Recipient", "接收者"),
    ("withdrawn", "已撤回"),
    ("scheduled", "定时"),
    ("being written", "发送中"),
    ("sent", "已发送"),
    ("stored", "已保存"),
    ("received", "已收到"),
    ("read", "已读"),
    ("failed", "失败"),
    ("Written at", "发送时间"),
    ("Disappears", "消失时间"),
    ("Changed", "修改时间"),
    ("Withdrawn", "撤回时间"),
    ("For whom", "范围"),
    ("only who was connected", "仅当时在线的用户"),
    ("Nobody here", "这里没有人"),
    (
        "Recipients of many are written down as their turn comes. Load the page again soon.",
        "接收者较多时会分批写入，请稍后刷新页面。",
    ),
    ("Stored", "保存"),
    ("Received", "收到"),
    ("Read", "已读"),
];
