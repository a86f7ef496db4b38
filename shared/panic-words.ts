/** All that a panic does, where it is offered outside the page: in the menu, in the tray, on the command line. */
export const PANIC_DOES = 'lock, drop all grants, revoke all client tokens, switch the endpoint and all webhooks off';
