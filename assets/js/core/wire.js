/**
 * The shapes of the protocol (docs/protocol.md) as types, for the checker only: nothing here runs.
 *
 * @typedef {{id: string, name: string, kind: 'person'|'program'|'device', avatar?: string|null, title?: string|null, version: number, gone?: boolean}} User
 * @typedef {{id: string, name: string, parent: string|null, count: number, users: string[]|null, version: number, gone?: boolean}} Group
 * @typedef {{id: number, kind: 'direct'|'application'|'room', title: string|null, topic?: string|null, first: number, last: number, count: number, version: number}} Conversation
 * @typedef {{conversation: number, user: string, role: 'owner'|'member', joined: number, left: number|null, read: number, received: number, version: number,
 *   unread?: number, mentions?: number, muted?: boolean, muted_until?: string|null, countedAt?: number}} Member `countedAt` is ours: the version as of which `unread` is exact
 * @typedef {{id: number, conversation: number, prev: number, from: string, via?: string, at: string, text: string, mentions: string[],
 *   reply_to: number|null, edited_at: string|null, deleted_by: string|null, card?: Card, claim?: Claim, topic?: string, expires_at?: string, key?: string, version: number}} Message
 * @typedef {{title: string, text: string|null, link: string|null, fields: {label: string, value: string}[], actions: CardAction[], expires_at: string|null, done: CardDone|null}} Card
 * @typedef {{id: string, label: string, style: 'primary'|'danger'|'default', input?: {label: string, required?: boolean, multiline?: boolean}, confirm?: string}} CardAction
 * @typedef {{action?: string, label: string, user?: string, name?: string, at: string, input?: string, state: 'waiting'|'confirmed'}} CardDone
 * @typedef {{kind: 'any'|'all', by: {user: string, name: string, at: string}[], done: number, of: number, mine: boolean}} Claim
 * @typedef {{blocked: string[], contacts?: {at: string|null, failed: boolean}, version: number}} Settings
 * @typedef {{users?: User[], groups?: Group[], conversations?: Conversation[], conversation?: Conversation, members?: Member[], messages?: Message[], message?: Message, settings?: Settings}} RowSet
 * @typedef {RowSet & {version: number, reset?: boolean, more?: boolean}} Sync
 * @typedef {RowSet & {id: number, version?: number, more?: boolean, repeated?: boolean, presence?: Presence[]}} Ok
 * @typedef {'available'|'away'|'busy'|'invisible'|'offline'} Show
 * @typedef {{user: string, show: Show, note?: string, until?: string, last_seen?: string}} Presence
 * @typedef {{id?: string, name: string, colour: string|null, icon: string|null, features: string[], show: Show}} Application
 * @typedef {{frame: number, text: number, rate: number, burst: number}} Limits
 * @typedef {{session: {id: number|string, token?: string, expires_at: string|null}, me: User, application: Application, epoch: string, version: number, resumed: boolean, limits: Limits}} Welcome
 * @typedef {{id?: number, code: string, message: string, temporary: boolean, field?: string, retry_after?: number, done?: CardDone}} ErrorFrame
 * @typedef {{code: string, message: string, reconnect: 'now'|'later'|'never'}} Bye
 * @typedef {{epoch: string, version: number}} Since
 */
export {};
