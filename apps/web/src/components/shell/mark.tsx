/** The mark: a barrel end, two hoops and a bung. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg
      aria-hidden
      viewBox="0 0 22 22"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      className={className ?? 'size-[22px]'}
    >
      <circle cx="11" cy="11" r="9" />
      <circle cx="11" cy="11" r="5.6" className="stroke-accent" strokeDasharray="24 12" strokeLinecap="round" />
      <circle cx="11" cy="11" r="1.3" fill="currentColor" stroke="none" />
    </svg>
  );
}
