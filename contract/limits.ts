/** Every bound of the system, with its unit and its reason. Imports nothing. */

/** Code points of a message's text: a long mail fits, a log file does not. */
export const TEXT_CODE_POINTS = 16_000;
/** Bytes of `data` in RFC 8785 form: structured alerts fit; files belong elsewhere. */
export const DATA_BYTES = 32 * 1024;
/** Levels of nesting of a request, its own braces included: parsers and canonical forms recurse. */
export const JSON_DEPTH = 32;
/** Different emoji on one message: more say nothing, and history shows all of them. */
export const EMOJIS = 200;
/** Mentions in one text: beyond it is a mailing list, which a group is for. */
export const MENTIONS = 32;

/** Tokens and characters of a topic or pattern: what NATS advises, and what an index of any database takes. */
export const TOPIC_TOKENS = 16;
export const TOPIC_CHARACTERS = 256;
/** Patterns that one principal may publish to: who needs more wants wider ones. */
export const PUBLISH_PATTERNS = 100;
/** Bindings that one principal may have made who is no administrator: each is held in memory by every router. */
export const BINDINGS_OF_ONE = 10_000;
/**
 * Conversations that one message to a topic reaches: each stores it, and some 200 bytes of receipts for each must fit a
 * frame. Those that were bound first are, so that nobody can push out others by binding a thousand of his own.
 */
export const TOPIC_CONVERSATIONS = 1000;

/** Bytes of a request body or stream frame. */
export const BODY_BYTES = 256 * 1024;
/** Bytes of the bodies that may carry lists of members. */
export const LIST_BODY_BYTES = 512 * 1024;
/** Bytes of a `hello`, which may carry a cursor for each of 18,000 conversations. */
export const HELLO_BYTES = 1024 * 1024;

/** Items of a page, at most and by default. */
export const PAGE_ITEMS = 200;
export const PAGE_ITEMS_DEFAULT = 50;
/** Bytes of a message between nodes: what NATS takes unless told otherwise. */
export const TRANSPORT_BYTES = 1024 * 1024;
/** Bytes of a page: it must cross the transporter. */
export const PAGE_BYTES = 512 * 1024;

/** First members of a new conversation. */
export const FIRST_MEMBERS = 1000;
/** Members of a group: their ids go to its conversation's actor in one call, which must cross the transporter. */
export const GROUP_MEMBERS = 20_000;
/** Joins, leaves and roles of one turn of a group's change: some 480 bytes each as entries stay under `TURN_BYTES`. */
export const GROUP_CHANGES = 700;
/** Principals of one `ids` look-up. */
export const LOOKUP_ITEMS = 200;

/** Commands that may wait for one actor; past it callers are refused with `unavailable`. */
export const MAILBOX_COMMANDS = 4096;
/** Bytes of commands that may wait for one actor. */
export const MAILBOX_BYTES = 4 * 1024 * 1024;
/** Bytes of commands that may wait for all actors of a node. */
export const MAILBOXES_BYTES = 64 * 1024 * 1024;
/** Actors of a node that read their state at once: after a start thousands want to. */
export const ACTIVATIONS = 64;
/** Bytes of entries in one turn: an append must cross the transporter. */
export const TURN_BYTES = 512 * 1024;
/** Commands of one turn. */
export const TURN_COMMANDS = 1024;

/** Entries in one stream frame. */
export const FRAME_ENTRIES = 200;
/** Bytes of one stream frame to a client. */
export const FRAME_BYTES = 1024 * 1024;
/** Frames in one array frame of a client. */
export const FRAME_BATCH = 100;
/** Code points of `ref`, which a client chooses to recognise an answer by. */
export const REF_CHARACTERS = 64;

/** Bytes of an announcement: of a larger one only the head is told, and who misses its entries reads them. */
export const ANNOUNCEMENT_BYTES = 256 * 1024;

/** Code points of the text beside one's status. */
export const STATUS_CODE_POINTS = 140;
/** Principals that one session may watch. */
export const WATCHED = 1000;
/** Pairs of a watching session and whom it watches, at one gateway: some 60 bytes each. */
export const WATCHES = 4_000_000;
/** Milliseconds within which one sender's typing in one conversation is told once. */
export const TYPING_INTERVAL = 2_000;
/** Conversations that one types in at once. */
export const TYPING_CONVERSATIONS = 8;
/** Senders whose typing is shown in one conversation at once: beyond it "several people" says as much. */
export const TYPING_SENDERS = 8;
/** Bytes of a beat: it must cross the transporter. */
export const BEAT_BYTES = 896 * 1024;

/** WebSockets at one gateway: 20 KB each when idle. */
export const STREAMS = 20_000;
/** Event streams at one gateway: each reads the log by itself. */
export const EVENT_STREAMS = 5_000;
/** Of each of them, those of one principal: a twentieth. Windows and devices are few, processes of one application more. */
export const STREAMS_OF_ONE = 1_000;
export const EVENT_STREAMS_OF_ONE = 250;
/** Connections to one gateway, of strangers too: all streams, and some thousands that only ask. More are not accepted. */
export const CONNECTIONS = 32_000;
