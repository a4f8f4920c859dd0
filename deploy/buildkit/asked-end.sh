# The end of an engine that its builder asks for, for start.sh, which says `refuse` (docs/adr/0080). A builder cannot end what its engine
# does by itself: it unpacks, copies and reads layers, and ignores a cancel meanwhile.
#   accept_asks      before an engine starts: makes the folder for its builder, says and forgets what was asked of the engine before
#   keep_asked PID   looks twice a second for as long as the process lives; sends it USR1 where the builder asks
# The builder makes the file `end` in the folder. Its text says why. The builder is less trusted, and the folder is its own: a plain file
# alone is a question, no link is followed, and nothing is read while an engine has to end, since the disk may be filling.

asked=${RULES_NOTE:-/run/buildkit/rules.json}.asked

is_asked() { [ -f "$asked/end" ] && [ ! -L "$asked/end" ]; }

# At most 300 characters. The second name lies where the builder changes nothing: it is no link once it was found to be none.
reason() {
  rm -f "$asked.end"
  ln "$asked/end" "$asked.end" 2>/dev/null || return 0
  if [ -f "$asked.end" ] && [ ! -L "$asked.end" ]; then head -c 300 "$asked.end" | LC_ALL=C tr -cd ' -~'; fi
  rm -f "$asked.end"
}

accept_asks() {
  mkdir -p "$asked" && chown "$BUILDER_UID" "$asked" && chmod 700 "$asked" || refuse "its builder cannot have $asked."
  if is_asked; then
    said=$(reason) || true
    echo "cooperage: its builder had asked for the end of the engine before: ${said:-no reason is given}" >&2
  fi
  # A folder of that name asks for nothing.
  rm -f "$asked/end" 2>/dev/null || [ -d "$asked/end" ] || refuse "$asked/end cannot be removed."
}

keep_asked() {
  while kill -0 "$1" 2>/dev/null; do
    if is_asked; then
      echo 'cooperage: this engine ends: its builder asks for it' >&2 || true
      kill -USR1 "$1"
      return
    fi
    sleep 0.5
  done
}
