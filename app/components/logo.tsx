/** A list and its tick: everybody on it is accounted for. Decorative beside the name. */
function LogoMark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#544fd2" />
      <path d="M8 10.5h9M8 16h6M8 21.5h5" stroke="#fff" strokeOpacity=".6" strokeWidth="2.6" strokeLinecap="round" />
      <path d="m16.5 19 3.6 3.6L26 13.5" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

export function Logo({ size = 24 }: { size?: number }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 9 }}>
      <LogoMark size={size} />
      <span style={{ fontSize: size * 0.66, fontWeight: 650, letterSpacing: '-0.02em' }}>Rollcall</span>
    </span>
  );
}
