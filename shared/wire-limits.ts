/** The numbers both ends of the agent socket need, apart from wire.ts so that a small client loads no schemas. */
export const CONTRACT_VERSION = 1;
export const MAX_MESSAGE_BYTES = 1024 * 1024;
/** What the server sends may be longer: a list of all credentials is one line. A client stops reading here. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** What our own command line calls itself in its hello. */
export const COMMAND_LINE = 'keyharbor';
/** An event that our own command line gets, subscribed or not: a request of it waits for the owner's answer. Data: `{}`. */
export const ASKED_EVENT = 'owner.asked';
