/**
 * The shapes of the protocol (docs/protocol.md) as types, for the checker only: nothing here runs.
 *
 * Rows as the server tells them are those of the library's types, which everybody reads; here is what only we know.
 *
 * @typedef {import('../library/parlour').User & {gone?: boolean}} User
 * @typedef {import('../library/parlour').GroupRow} Group
 * @typedef {import('../library/parlour').ConversationRow} Conversation
 * @typedef {import('../library/parlour').MemberRow & {countedAt?: number}} Member `countedAt` is ours: the version as of which `unread` is exact
 * @typedef {import('../library/parlour').Message} Message
 * @typedef {import('../library/parlour').Card} Card
 * @typedef {import('../library/parlour').Action} CardAction
 * @typedef {import('../library/parlour').Done} CardDone
 * @typedef {import('../library/parlour').Claim} Claim
 * @typedef {import('../library/parlour').Settings} Settings
 * @typedef {import('../library/parlour').Show} Show
 * @typedef {import('../library/parlour').Presence} Presence
 * @typedef {import('../library/parlour').Application} Application
 * @typedef {import('../library/parlour').Limits} Limits
 * @typedef {{users?: User[], groups?: Group[], conversations?: Conversation[], conversation?: Conversation, members?: Member[], messages?: Message[], message?: Message, settings?: Settings}} RowSet
 * @typedef {RowSet & {version: number, reset?: boolean, more?: boolean}} Sync
 * @typedef {RowSet & {id: number, version?: number, more?: boolean, repeated?: boolean, presence?: Presence[]}} Ok
 * @typedef {{session: {id: number, token?: string, expires_at: string|null}, me: User, application: Application, epoch: string, version: number, resumed: boolean, limits: Limits}} Welcome
 * @typedef {{id?: number, code: string, message: string, temporary: boolean, field?: string, retry_after?: number, done?: CardDone}} ErrorFrame
 * @typedef {{code: string, message: string, reconnect: 'now'|'later'|'never'}} Bye
 * @typedef {{epoch: string, version: number}} Since
 */
export {};
