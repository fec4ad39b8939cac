# Runs the command of a task (VS Code) or a build system (Sublime Text) on a draft, reads what it
# writes with the regular expression given there, and tells where the findings lie.
use strict;
use warnings;
use open qw(:std :encoding(UTF-8));
use Encode qw(decode encode);
use JSON::PP;

my ($set_up, $draft) = @ARGV;
open my $file, '<:raw', $set_up or die "$set_up: $!";
my $json = decode_json(do { local $/; <$file> });
my $task = $json->{tasks} ? $json->{tasks}[0] : undef;

my @command = $task ? ($task->{command}, @{ $task->{args} }) : @{ $json->{cmd} };
s/\$\{file\}|\$file/$draft/ for @command;
my $pattern = $task ? $task->{problemMatcher}{pattern} : undef;
my $regexp = $pattern ? $pattern->{regexp} : $json->{file_regex};

open my $text, '<', $draft or die "$draft: $!";
my @lines = <$text>;
open my $output, '-|', @command or die "$command[0]: $!";
while (my $line = <$output>) {
    chomp $line;
    my @groups = ($line, $line =~ /$regexp/);
    next if @groups == 1;
    my ($path, $at, $column, $severity, $rule);
    if ($pattern) {
        ($path, $at, $column, $severity, $rule) =
            @groups[@{$pattern}{qw(file line column severity code)}];
    } else {
        ($path, $at, $column) = @groups[1 .. 3];
        ($severity, $rule) = $groups[4] =~ /^(\w+)\[(.*?)\]/;
    }
    die "$path is not $draft" if $path ne $draft;
    # VS Code counts in UTF-16, Sublime Text in characters.
    my $unit = $pattern ? 2 : 4;
    my $line = encode($pattern ? 'UTF-16LE' : 'UTF-32LE', $lines[$at - 1]);
    my $words = decode($pattern ? 'UTF-16LE' : 'UTF-32LE', substr($line, $unit * ($column - 1)));
    print "$at $severity $rule $words";
}
