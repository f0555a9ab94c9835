/* The statements that are kept prepared, as a table: STATEMENT(name, sql). Read by quotes_private.h for
 * the names and by quotes.c for the SQL.
 *
 * Where a statement looks for what a scope sees, ?1 is whether it sees all, ?2 the network's place and ?3
 * the channel's. Lists of several places are merged in the order of an index, and so end early. */

#define SEEN_Q "(?1 OR (q.is_deleted = 0 AND q.place IN ('', ?2, ?3)))"
#define FROM_PLACE(place)                                                                          \
	"SELECT " QUOTE_COLUMNS " FROM quote q WHERE q.is_deleted = 0 AND q.place = " place
#define AT_LEAST(place)                                                                            \
	"SELECT id FROM quote WHERE is_deleted = 0 AND place = " place " AND id >= ?4"
#define OF_CHANNEL "AND q.channel = ?7 COLLATE NOCASE"

STATEMENT(BEGIN, "BEGIN IMMEDIATE")
STATEMENT(COMMIT, "COMMIT")
STATEMENT(ROLLBACK, "ROLLBACK")

STATEMENT(COUNT, "SELECT n, version, changed_s, round FROM collection")
STATEMENT(COUNT_CHANGE,
	"UPDATE collection SET n = n + ?1, version = version + 1, changed_s = max(changed_s, ?2)")

/* Changing. */
STATEMENT(SAME, "SELECT q.id, q.text FROM quote q WHERE q.fingerprint = ?4 "
		"AND (?1 OR q.place IN ('', ?2, ?3)) ORDER BY q.id")
STATEMENT(IS_USED, "SELECT EXISTS (SELECT 1 FROM quote WHERE id = ?1) "
		   "OR EXISTS (SELECT 1 FROM undone WHERE id = ?1)")
STATEMENT(INSERT,
	"INSERT INTO quote (id, fingerprint, place, network, channel, added_by, added_key, "
	"source, added_s, score, n_votes, visibility, is_deleted, day_round, text) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, "
	"(SELECT round FROM collection), ?13)")
STATEMENT(LAST_ADDED, "SELECT id, added_s FROM quote WHERE added_key = ?1 AND network = ?2 "
		      "AND is_deleted = 0 ORDER BY id DESC LIMIT 1")
STATEMENT(REMOVE, "DELETE FROM quote WHERE id = ?1")
STATEMENT(REMEMBER_UNDONE, "INSERT INTO undone (id) VALUES (?1)")
STATEMENT(OWNER, "SELECT q.added_key, q.network, q.is_deleted, q.score FROM quote q "
		 "WHERE q.id = ?4 AND (?1 OR q.place IN ('', ?2, ?3))")
STATEMENT(SET_DELETED, "UPDATE quote SET is_deleted = ?2, "
		       "day_round = max(day_round, (SELECT round FROM collection)) WHERE id = ?1")
STATEMENT(OLD_VOTE, "SELECT vote FROM vote WHERE quote_id = ?1 AND key = ?2")
STATEMENT(VOTE, "INSERT INTO vote (quote_id, key, name, vote, voted_s) VALUES (?1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT (quote_id, key) DO UPDATE SET vote = ?4, name = ?3, voted_s = ?5")
STATEMENT(ADD_SCORE, "UPDATE quote SET score = score + ?2, n_votes = n_votes + ?3 WHERE id = ?1")
STATEMENT(SUM_VOTES,
	"UPDATE quote SET "
	"n_votes = (SELECT count(*) FROM vote WHERE quote_id = ?1), score = CASE WHEN ?2 THEN "
	"score "
	"ELSE (SELECT coalesce(sum(vote), 0) FROM vote WHERE quote_id = ?1) END WHERE id = ?1")

/* Finding. */
STATEMENT(GET, "SELECT " QUOTE_COLUMNS " FROM quote q WHERE q.id = ?4 AND " SEEN_Q)
STATEMENT(LAST_ID, "SELECT coalesce(max(id), 0) FROM quote")
STATEMENT(NEXT_ID, AT_LEAST("''") " UNION ALL " AT_LEAST("?2") " UNION ALL " AT_LEAST(
			   "?3") " ORDER BY id LIMIT ?5")
STATEMENT(NEXT_ID_OF_ALL, "SELECT id FROM quote WHERE id >= ?4 ORDER BY id LIMIT ?5")
STATEMENT(NEWEST, FROM_PLACE("''") " AND q.id < ?4 UNION ALL " FROM_PLACE(
			  "?2") " AND q.id < ?4 UNION ALL " FROM_PLACE("?3") " AND q.id < ?4 ORDER "
									     "BY 1 DESC LIMIT ?5")
STATEMENT(NEWEST_OF_ALL,
	"SELECT " QUOTE_COLUMNS " FROM quote q WHERE q.id < ?4 ORDER BY q.id DESC LIMIT ?5")
STATEMENT(BEST, FROM_PLACE("''") " UNION ALL " FROM_PLACE("?2") " UNION ALL " FROM_PLACE(
			"?3") " ORDER BY 8 DESC, 1 DESC LIMIT ?5 OFFSET ?6")
STATEMENT(BEST_OF_ALL, "SELECT " QUOTE_COLUMNS " FROM quote q ORDER BY q.score DESC, q.id DESC "
		       "LIMIT ?5 OFFSET ?6")
STATEMENT(CHANNEL_NEWEST, "SELECT " QUOTE_COLUMNS " FROM quote q WHERE " SEEN_Q OF_CHANNEL
			  " AND q.id < ?4 ORDER BY q.id DESC LIMIT ?5")
STATEMENT(CHANNEL_BEST, "SELECT " QUOTE_COLUMNS " FROM quote q WHERE " SEEN_Q OF_CHANNEL
			" ORDER BY q.score DESC, q.id DESC LIMIT ?5 OFFSET ?6")

/* Searching: the candidates are the newest that match, then they are put in order. CROSS JOIN holds the
 * words to be looked for first. */
#define CANDIDATES(columns)                                                                        \
	"SELECT " columns " FROM words CROSS JOIN quote q ON q.id = words.rowid "                  \
	"WHERE words MATCH ?8 AND " SEEN_Q " AND (?7 IS NULL OR q.channel = ?7 COLLATE NOCASE) "
STATEMENT(SEARCH_IDS, CANDIDATES("q.id") "ORDER BY words.rowid DESC LIMIT ?5")
STATEMENT(SEARCH_NEWEST,
	CANDIDATES(QUOTE_COLUMNS) "AND words.rowid < ?4 ORDER BY words.rowid DESC LIMIT ?5")
STATEMENT(SEARCH_BEST,
	"SELECT " QUOTE_COLUMNS " FROM (" CANDIDATES(
		"q.id AS found") "ORDER BY words.rowid DESC LIMIT ?9) JOIN quote q ON q.id = found "
				 "ORDER BY q.score DESC, q.id DESC LIMIT ?5 OFFSET ?6")
STATEMENT(SEARCH_RANKED,
	"SELECT " QUOTE_COLUMNS " FROM (" CANDIDATES(
		"q.id AS found, bm25(words) AS weight") "ORDER BY words.rowid DESC LIMIT ?9) JOIN "
							"quote q ON q.id = found "
							"ORDER BY weight, q.id DESC LIMIT ?5 "
							"OFFSET ?6")

/* The quote of the day. */
STATEMENT(OF_DAY, "SELECT " QUOTE_COLUMNS " FROM quote_of_day d JOIN quote q ON q.id = d.quote_id "
		  "WHERE d.day = ?1 AND q.is_deleted = 0 AND q.place = ''")
STATEMENT(DAY_ROUND, "SELECT min(day_round) FROM quote WHERE is_deleted = 0 AND place = ''")
STATEMENT(DAY_NEXT, "SELECT " QUOTE_COLUMNS " FROM quote q WHERE q.is_deleted = 0 AND q.place = '' "
		    "AND q.day_round = ?1 AND q.id >= ?2 ORDER BY q.id LIMIT 1")
STATEMENT(DAY_PASS, "UPDATE quote SET day_round = ?2 WHERE id = ?1")
STATEMENT(DAY_SET, "INSERT INTO quote_of_day (day, quote_id) VALUES (?1, ?2) "
		   "ON CONFLICT (day) DO UPDATE SET quote_id = ?2")
STATEMENT(SET_ROUND, "UPDATE collection SET round = max(round, ?1)")

/* In and out. */
STATEMENT(KNOWS_FILE, "SELECT n_quotes FROM imported_file WHERE path = ?1 AND size = ?2 "
		      "AND changed_ns = ?3")
STATEMENT(REMEMBER_FILE,
	"INSERT INTO imported_file (path, size, changed_ns, n_quotes) "
	"VALUES (?1, ?2, ?3, ?4) "
	"ON CONFLICT (path) DO UPDATE SET size = ?2, changed_ns = ?3, n_quotes = ?4")
STATEMENT(EXPORT, "SELECT " QUOTE_COLUMNS ", q.added_key FROM quote q ORDER BY q.id")
STATEMENT(
	EXPORT_VOTES, "SELECT key, name, vote, voted_s FROM vote WHERE quote_id = ?1 ORDER BY key")
STATEMENT(TEXT_OF, "SELECT text FROM quote WHERE id = ?1")

#undef SEEN_Q
#undef FROM_PLACE
#undef AT_LEAST
#undef OF_CHANNEL
#undef CANDIDATES
