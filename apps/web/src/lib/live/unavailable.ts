/** On what a page shows where the service could not give it what it is about. */
export const unavailable = { 'data-unavailable': 'yes' } as const;

/** The same in what the server sends for a refresh. Text of strangers cannot say it: its quotes are escaped there. */
export const unavailableMark = '"data-unavailable":"yes"';
