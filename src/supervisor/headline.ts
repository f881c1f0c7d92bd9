/** The first line of what git says, without what only marks it as an error: lists show it on one line. */
export const headline = (text: string): string =>
  (text.trim().split('\n')[0] ?? '').replace(/^(?:error|fatal): /, '').replace(/[:.]$/, '');
