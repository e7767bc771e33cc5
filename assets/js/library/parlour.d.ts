/**
 * Parlour's client for JavaScript: in a page, a worker or a program.
 *
 * ```js
 * import { connect } from 'https://im.example/parlour.js';
 * const parlour = connect({ app: 'oa', token: () => fetch('/parlour-token') });
 * parlour.on('message', (message) => console.log(parlour.name(message.from), message.text));
 * await parlour.send('user:ben', 'Hello');
 * ```
 *
 * Every call waits for the connection and outlives a broken one; its promise is rejected, with a {@link Failure}, only when
 * the server refuses or when there will be no connection any more. Members are named as in the protocol.
 */

/** Connects and stays connected. Throws a {@link Failure} `bad_request` when an option is missing. */
export function connect(options: Options): Parlour;

/** Signs somebody in by name and password; the `token` that it answers is for {@link connect}. */
export function signIn(credential: { server?: Address; app: string; username: string; password: string }): Promise<{ token: string; user: User; expires_at: string | null }>;

export interface Options {
  /** Parlour's address, such as `https://im.example`. Left out: where `parlour.js` was loaded from. */
  server?: Address;
  /** The id of the application. */
  app: string;
  /**
   * What to sign in with: a ticket, a signed token (JWT), a session's token, or the long-lived token of a program; or a
   * function that gives one, which is asked again when it ended (`why` is then `expired` or `unauthenticated`). It gives a
   * text, or what `fetch` gave of a page of yours that answers one; null, an empty text, 401 and 403 say that nobody is signed
   * in any more. A function that throws, another status, and a text that can be no token (a page in HTML) are tried again later.
   */
  token: string | ((why: string | null) => Given | Promise<Given>);
  /** Whose it is, if that is known: another user's token ends it with `conflict`. */
  user?: string;
  /**
   * Where messages wait that are not sent yet, such as `localStorage`. Left out: in memory, until the page or program ends.
   * What is written before the first connection is put there only where `user` says whose it is.
   */
  storage?: Shelf;
  /** The class of the socket, where there is none (Node before 22): that of the package `ws`. */
  WebSocket?: new (address: string, protocol: string) => object;
  /** What the lists of sessions say. */
  client?: { name: string; version: string; locale?: string };
}

/** What a function for tokens gives. */
export type Given = string | null | { readonly ok: boolean; readonly status: number; text(): Promise<string> };

/** A text, or a `URL`. */
export type Address = string | { readonly href: string };

/** What is used of a `Storage`. */
export interface Shelf {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
  removeItem(name: string): void;
}

/** `user:<id>`, `application` or `conversation:<id>`. */
export type Party = 'application' | `user:${string}` | `conversation:${number}` | (string & {});

export type Status = 'connecting' | 'online' | 'offline' | 'stopped' | 'closed';

export interface Events {
  /** The connection. `offline` mends itself; `stopped` needs somebody (`error.code` says why: `unauthenticated`, `replaced`, …). */
  status: { status: Status; error?: Failure };
  /**
   * Somebody wrote (this user too, here or elsewhere) just now, or while the connection was away. Each message once. After a long
   * absence the server brings the newest of each conversation only: where you do not know `prev`, {@link Parlour.history} has what is
   * between. When it was restored from a backup (another `epoch`), nothing is told of what came before.
   */
  message: Message;
  /** A message is another now: edited, deleted, its card changed. */
  update: Message;
  /** Somebody writes (`on`) or stopped. Forget it after 6 s. */
  typing: { conversation: number; user: string; on: boolean };
  /** How those show now whom you watch. */
  presence: Presence[];
  /** Anything of what can be read here is another; once for all changes of a moment. Draw again. */
  change: undefined;
}

export interface Parlour {
  /** The first whole picture is here. Rejected when there will be none. */
  readonly ready: Promise<void>;
  readonly status: Status;
  readonly me: User | null;
  readonly application: Application | null;
  readonly limits: Limits;
  readonly settings: Settings;
  /** The newest first. */
  readonly conversations: Conversation[];
  readonly contacts: Group[];
  /** How many messages are unread in all conversations that are not muted. */
  readonly unread: number;

  /** Hears of something; the answer stops it. */
  on<Name extends keyof Events>(name: Name, listener: (what: Events[Name]) => void): () => void;

  /**
   * Writes. The promise is kept when the server has it on its disk. Without a connection it waits, in `storage` where there
   * is one. With the same `key` (1 to 64 bytes) it is written once, however often it is sent. Rejected because the connection
   * stopped, it is still in {@link Timeline.waiting} and leaves at {@link Parlour.reconnect}: send again only with the same `key`.
   *
   * `files` are uploaded first, all of them or none; then the message leaves with them, beside `attachments` that are there already
   * (what {@link Parlour.upload} answered, or their ids). At most 10 together; beside them `text` may be left out. To send the same again with the
   * same `key`, name the same `attachments`: `files` would be other ones.
   */
  send(to: Party, what: string | Letter): Promise<Message>;
  /**
   * Sends a file (a `File` or `Blob`), to be named in a message within a day. Waits for the connection and begins anew where it broke;
   * rejected with `too_large` where it is larger than {@link Limits.file} or there is no room, and with the signal's reason where that ended it.
   */
  upload(file: Content, way?: Shipment): Promise<Attachment>;
  /** Where the files of a message are, for this user: addresses for `<img>` and links, good for an hour. Ask again after that. */
  files(message: Message | number): Promise<Place[]>;
  /** Sends again what was refused: see {@link Timeline.waiting}. */
  retry(key: string): void;
  /** Gives up what is in {@link Timeline.waiting}; its promise is rejected with `discarded`. What is on its way may arrive all the same. */
  discard(key: string): void;
  edit(message: number, text: string): Promise<Message>;
  delete(message: number): Promise<Message>;

  /**
   * Presses a button of a card, or with the action `claim` takes or confirms a message. Rejected with `conflict` where somebody
   * was first: `done` of the {@link Failure} says who.
   */
  act(message: number, action: string, input?: string): Promise<void>;

  /** Begins a conversation without writing. */
  open(to: Party): Promise<Conversation>;
  createRoom(room: { title: string; users: string[] }): Promise<Conversation>;
  changeRoom(conversation: number, change: { title?: string; add?: string[]; remove?: string[] }): Promise<Conversation>;
  leaveRoom(conversation: number): Promise<void>;

  /** What is here of a conversation: its newest 500 to 1,000 messages, or all that came since {@link Parlour.earlier} was called for it. */
  timeline(to: Party | number): Timeline;
  /** Fetches the page before what is here. */
  earlier(to: Party | number, limit?: number): Promise<Timeline>;
  /** One page, wherever it is, empty where there is no conversation yet; `before`, `after` and `around` are ids of messages, `limit` at most 200. */
  history(to: Party | number, page?: { before?: number; after?: number; around?: number; limit?: number }): Promise<{ messages: Message[]; more: boolean }>;
  conversation(to: Party | number): Conversation | undefined;
  user(id: string): User | undefined;
  /** What somebody is called; empty for a former user. */
  name(party: Party): string;

  /** Somebody has seen everything up to this message, or all of it. Nothing happens where there is no conversation yet, as with `typing`. */
  read(to: Party | number, upto?: number): void;
  /** Call it with each key that is pressed; it tells at most every 3 s. */
  typing(to: Party | number, on?: boolean): void;

  /** Among all contacts. */
  search(text: string, page?: { group?: string; after?: string; limit?: number }): Promise<{ users: User[]; more: boolean }>;
  /** Asks the application for the contact list anew. */
  refresh(): Promise<void>;

  /** Whose presence is shown: at most 200 users, in the place of those before. */
  watch(users: string[]): void;
  presence(user: string): Presence | undefined;
  /** How this user shows, on all devices. */
  present(choice: { show: Exclude<Show, 'offline'>; note?: string; until?: string }): Promise<void>;
  /** Nobody is at this device. */
  idle(on: boolean): void;

  mute(conversation: number, on?: boolean, until?: string): Promise<Settings>;
  block(user: string, on?: boolean): Promise<Settings>;

  /** Any request of the protocol, for what has no name here yet. */
  ask(name: string, body: object): Promise<Ok>;

  /** Does not wait for the end of the pause; after `stopped`, tries again, and sends what is in {@link Timeline.waiting}. */
  reconnect(): void;
  /** Ends it. What waits in `storage` is sent the next time. */
  close(): void;
  /** Ends it, and the session too, and takes what waits out of `storage`: the next one here may be somebody else. A program calls {@link Parlour.close}: this ends a long-lived token for good. */
  signOut(): Promise<void>;
}

/** A message to be sent. */
export interface Letter {
  text?: string;
  files?: Content[];
  attachments?: (Attachment | number)[];
  reply_to?: number;
  mentions?: string[];
  key?: string;
  /** Ends the upload of `files`. */
  signal?: Stop;
  /** Of all `files` together. */
  onprogress?: (sent: number, total: number) => void;
}

/** How a file is sent. */
export interface Shipment {
  /** Of a `Blob`; a `File` has its own. */
  name?: string;
  signal?: Stop;
  /** Bytes that have left. Outside of browsers only the beginning and the end are told. */
  onprogress?: (sent: number, total: number) => void;
}

/** What is used of a `Blob` or `File`. */
export interface Content {
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What is used of an `AbortSignal`. */
export interface Stop {
  readonly aborted: boolean;
  readonly reason: any;
  throwIfAborted(): void;
  addEventListener(name: 'abort', run: () => void): void;
  removeEventListener(name: 'abort', run: () => void): void;
}

/** What went wrong. */
export class Failure extends Error {
  constructor(from: { code: string; message?: string; detail?: string; temporary?: boolean; field?: string; retry_after?: number; done?: Done });
  /** One of docs/protocol.md (`bad_request`, `forbidden`, `not_found`, `conflict`, …), or `disconnected`, `closed`, `discarded`. */
  code: string;
  /** The same may succeed later. */
  temporary: boolean;
  /** Where the fault is. */
  field?: string;
  /** Seconds. */
  retryAfter?: number;
  /** What somebody else did before. */
  done?: Done;
}

export interface Conversation {
  id: number;
  kind: 'direct' | 'application' | 'room';
  /** What to write to. */
  party: Party;
  title: string;
  members: string[];
  last: Message | null;
  unread: number;
  /** One of the unread messages names this user. */
  mentioned: boolean;
  muted: boolean;
  /** This user is not in it any more. */
  left: boolean;
}

export interface Timeline {
  /** The newest messages without a hole, by age. */
  messages: Message[];
  /** There are earlier ones: see {@link Parlour.earlier}. */
  earlier: boolean;
  /** Written and not confirmed yet; `failed` says why it was refused. */
  waiting: { key: string; to: Party; text: string; reply_to?: number; mentions?: string[]; attachments?: Attachment[]; at: number; failed?: { code: string; message: string; field?: string } }[];
}

export interface Message {
  id: number;
  conversation: number;
  prev: number;
  from: Party;
  via?: string;
  at: string;
  text: string;
  mentions: string[];
  reply_to: number | null;
  /** The files that it carries. Where they are says {@link Parlour.files}. */
  attachments: Attachment[];
  edited_at: string | null;
  deleted_by: string | null;
  topic?: string;
  expires_at?: string;
  /** From the application: what it is about, and buttons; see {@link Parlour.act}. */
  card?: Card;
  /** From the application: to be taken by one of its recipients (`any`) or confirmed by all; see {@link Parlour.act}. */
  claim?: Claim;
  key?: string;
  version: number;
}

export interface Attachment {
  id: number;
  name: string;
  /** As its bytes say. */
  type: string;
  /** In bytes. */
  size: number;
  /** Of a picture. */
  width?: number;
  height?: number;
  /** There is a small picture of it. */
  preview?: boolean;
}

/** A file and where it is. */
export interface Place extends Attachment {
  url: string;
  preview_url?: string;
  expires_at: string;
}

export interface Card {
  title: string;
  text: string | null;
  link: string | null;
  fields: { label: string; value: string }[];
  /** Those that this user may press. */
  actions: Action[];
  expires_at: string | null;
  /** Null: nobody has pressed. */
  done: Done | null;
}

/** A button of a card. */
export interface Action {
  id: string;
  label: string;
  style: 'primary' | 'danger' | 'default';
  /** Words that it asks for. */
  input?: { label: string; required?: boolean; multiline?: boolean };
  /** A sentence to be agreed to first. */
  confirm?: string;
}

/** What somebody did with a card. */
export interface Done {
  action?: string;
  label: string;
  user?: string;
  /** Empty for a former user. */
  name?: string;
  at: string;
  input?: string;
  /** `danger`: something was refused or ended; do not draw it as a success. */
  style?: 'primary' | 'danger' | 'default';
  state: 'waiting' | 'confirmed';
}

export interface Claim {
  kind: 'any' | 'all';
  /** The newest 10, the newest first. */
  by: { user: string; name: string; at: string }[];
  done: number;
  of: number;
  /** This user did. */
  mine: boolean;
}

export interface User {
  id: string;
  name: string;
  kind: 'person' | 'program' | 'device';
  avatar?: string | null;
  title?: string | null;
  version: number;
}

/** A part of the contact list. `users` is null above 500: page with {@link Parlour.search}. */
export interface Group {
  id: string;
  name: string;
  parent: string | null;
  count: number;
  users: User[] | null;
}

export type Show = 'available' | 'away' | 'busy' | 'invisible' | 'offline';

export interface Presence {
  user: string;
  show: Show;
  note?: string;
  until?: string;
  last_seen?: string;
}

export interface Application {
  id?: string;
  name: string;
  colour: string | null;
  icon: string | null;
  features: string[];
  show: Show;
}

export interface Settings {
  blocked: string[];
  /** How old the application's contact list is, and whether the last try to fetch it failed. */
  contacts?: { at: string | null; failed: boolean };
  version: number;
}

/** What the server takes. `frame` and `text` in bytes; `file` is 0 where files are not offered; `rate` is messages a second. */
export interface Limits {
  frame: number;
  text: number;
  file: number;
  rate: number;
  burst: number;
}

/** A conversation as the protocol has it (docs/protocol.md, Rows); {@link Conversation} is made from it. */
export interface ConversationRow {
  id: number;
  kind: 'direct' | 'application' | 'room';
  title: string | null;
  topic?: string | null;
  first: number;
  last: number;
  count: number;
  version: number;
}

/** Who is in a conversation. The last four are in this user's own only. */
export interface MemberRow {
  conversation: number;
  user: string;
  role: 'owner' | 'member';
  joined: number;
  left: number | null;
  read: number;
  received: number;
  version: number;
  unread?: number;
  mentions?: number;
  muted?: boolean;
  muted_until?: string | null;
}

export interface GroupRow {
  id: string;
  name: string;
  parent: string | null;
  count: number;
  users: string[] | null;
  version: number;
  gone?: boolean;
}

/** The answer to a request, with its rows. */
export interface Ok {
  id: number;
  version?: number;
  conversation?: ConversationRow;
  conversations?: ConversationRow[];
  members?: MemberRow[];
  groups?: GroupRow[];
  message?: Message;
  messages?: Message[];
  users?: User[];
  settings?: Settings;
  presence?: Presence[];
  more?: boolean;
  repeated?: boolean;
}
