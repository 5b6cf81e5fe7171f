-- How many requests somebody made in a window, told by every web process: a limit that holds for all of them. Windows last seconds, so a
-- crash may empty it.
create unlogged table request_counts (
  name text not null,
  window_start timestamptz not null,
  requests integer not null,
  primary key (name, window_start)
);
