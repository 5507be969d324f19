/** I-JSON takes no lone surrogate, and no text of ours a NUL. */
export const wellFormed = (text: string): string => text.toWellFormed().replaceAll("\0", "\uFFFD");
