/** Between the approval panel's preload and the host; nothing else speaks on them. */
export const APPROVAL_SAYS = 'keyharbor-approval:says';
export const APPROVAL_STATE = 'keyharbor-approval:state';
