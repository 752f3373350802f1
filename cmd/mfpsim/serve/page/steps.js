// The steps of a case: which of them is next.

export const isOver = (s) => s.done || s.skipped || s.needless || s.unseen || s.besides;

// nextOf is the step that is next: what follows the last thing that was done, so that nothing which was passed over on
// the way keeps it back; where nothing follows, what was passed over. What a reader has been through already, such as a
// field that was filled in and not sent yet, is given as been.
export function nextOf(c, been = new Set()) {
  const inHand = c.parts[c.inHand];
  if (!inHand) return null;
  const open = (s) => !isOver(s) && !been.has(s.line);
  // Another remedy is nobody's turn before somebody chose it: began it, or passed over the first one.
  const begun = (p) => (p === inHand && !c.solved || p.steps.some((s) => !s.looks && s.done)) && !p.steps.every(isOver);
  const ahead = c.parts.slice(c.inHand).filter((p) => (p.kind === "other" ? begun(p) : inHand.kind === "further" || p.kind !== "further")).flatMap((p) => p.steps);
  const follow = ahead.slice(ahead.findLastIndex((s) => s.done && !s.looks) + 1);
  return follow.find(open) || ahead.find(open) || null;
}
