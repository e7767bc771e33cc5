//! A file that a message carries, as everybody who sees the message is told of it. Where its bytes are is asked for
//! separately, because an address is for one person and for a short time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileRow {
    pub id: i64,
    /// To be shown, never to be used as a path.
    pub name: String,
    /// As its bytes say: `image/png`; `application/octet-stream` where they do not.
    #[serde(rename = "type")]
    pub kind: String,
    /// In bytes.
    pub size: u64,
    /// Of a picture, in dots, as it is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// There is a small picture of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
}
