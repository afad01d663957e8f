// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a program was started with the arguments a policy names it with. As pure as
 * the decision, and with it compiled into the host unit test.
 */
#include <linux/string.h>
#include <warden/arguments.h>

#include "arguments.h"

/* A word of a pattern, or an argument; up to @end. */
struct word {
	const char *at;
	const char *end;
};

/* Where a star may still be made longer: what follows it, and where that was last tried. */
struct star {
	const char *word;
	const char *text;
};

static bool extend(struct star *star, const struct word *text, bool over_slash)
{
	if (!star->word || star->text == text->end || (!over_slash && *star->text == '/'))
		return false;
	star->text++;
	return true;
}

/*
 * The shortest that fits is tried first, and of stars the last is made longer: what is
 * before it could take in no more than it does. Two stars pass over a slash, one does not, so
 * that of both kinds the last is kept.
 */
static bool fits(struct word pattern, struct word text)
{
	struct star one = { NULL, NULL }, two = { NULL, NULL };

	while (text.at < text.end || pattern.at < pattern.end) {
		if (pattern.at < pattern.end && *pattern.at == '*') {
			pattern.at++;
			one = (struct star){ pattern.at, text.at };
			if (pattern.at < pattern.end && *pattern.at == '*') {
				two = (struct star){ ++pattern.at, text.at };
				one.word = NULL;
			}
			continue;
		}
		if (pattern.at < pattern.end && text.at < text.end && *pattern.at == *text.at) {
			pattern.at++;
			text.at++;
			continue;
		}
		if (extend(&one, &text, false)) {
			pattern.at = one.word;
			text.at = one.text;
			continue;
		}
		if (!extend(&two, &text, true))
			return false;
		pattern.at = two.word;
		text.at = two.text;
		one.word = NULL;
	}
	return true;
}

/* A star that a word begins with stands for no option, which would be another word. */
static bool is_smuggled(const struct word *pattern, const struct word *text)
{
	return *pattern->at == '*' && text->at < text->end && *text->at == '-';
}

static bool is_rest(const struct word *word)
{
	const size_t len = strlen(WARDEN_ARGUMENTS_REST);

	return word->end - word->at == len && !strncmp(word->at, WARDEN_ARGUMENTS_REST, len);
}

static bool match_words(const char *pattern, const char *text, const char *end)
{
	while (*pattern) {
		struct word word = { pattern, pattern + strcspn(pattern, " ") };
		struct word argument = { text, text };

		if (is_rest(&word))
			return true;
		if (text == end)
			return false;
		argument.end += strlen(text);
		if (is_smuggled(&word, &argument) || !fits(word, argument))
			return false;
		pattern = word.end + (*word.end == ' ');
		text = argument.end + 1;
	}
	return text == end;
}

/**
 * warden_arguments_match() - was a program started as a policy names it?
 * @arguments: what the policy says
 * @key: warden_snapshot_key() of that
 * @command: what it was started with; NULL where that is not known
 *
 * Each word is for one argument, so that none can be taken for two. A star stands for
 * any characters but a slash, two for any.
 *
 * Context: Any. At most WARDEN_COMMAND_MAX squared steps.
 * Return: true if it was.
 */
bool warden_arguments_match(const struct warden_arguments *arguments, u64 key,
			    const struct warden_command *command)
{
	if (!command)
		return false;
	if (command->key)
		return command->key == key;
	return match_words(arguments->text, command->text, command->text + command->len);
}
