/** Keyharbor's own mark: a harbour light over water. */
export function Logo({ size = 28 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="#0d6577" />
      <path d="M12.2 13.5h7.6l1.7 11.5h-11z" fill="#fff" />
      <path d="M12.6 8.2h6.8v3.6h-6.8z" fill="#f3c15b" />
      <path d="M11.4 8.2 16 5l4.6 3.2z" fill="#fff" />
      <path
        d="M5 25.2c1.8 0 1.8 1.3 3.7 1.3s1.8-1.3 3.7-1.3 1.8 1.3 3.6 1.3 1.8-1.3 3.7-1.3 1.8 1.3 3.6 1.3 1.9-1.3 3.7-1.3"
        fill="none"
        stroke="#fff"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
      <path
        d="M9.6 10 5.4 9m4.2 1-4.2 2.6M22.4 10l4.2-1m-4.2 1 4.2 2.6"
        stroke="#f3c15b"
        strokeWidth="1.3"
        strokeLinecap="round"
      />
    </svg>
  );
}
