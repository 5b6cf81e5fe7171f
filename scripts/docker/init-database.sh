#!/bin/sh
# Runs once, when PostgreSQL makes an empty database: Rollcall gets a role and a database of its own. It may make roles for BI tools
# (docs/reporting.md), and is no superuser. The superuser keeps no password: it signs in from inside the container only.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres --set=password="$POSTGRES_PASSWORD" --set=superuser="$POSTGRES_USER" <<'SQL'
create role rollcall login createrole password :'password';
create database rollcall owner rollcall;
alter role :"superuser" password null;
SQL
