// `jangteo users add --email E --name N --role owner --data DIR`: an account with any role, in a stopped data
// directory; the password is the first line of standard input. The account is printed as JSON. Exit code 0 when it was
// made, 1 when it was refused (a bad field, the e-mail is taken), 2 when nothing could be tried (the directory is in
// use, the options make no sense).
#pragma once

namespace CLI {
class App;
}

namespace jangteo {

void add_users_command(CLI::App& app, int& exit_code);

}  // namespace jangteo
