
fn main() {
    runbook_wrapper::main(run)
}

/// Waits for one input, calls the function, and writes what it returns into a file.
#[allow(dead_code, warnings)]
mod runbook_wrapper {
    use std::collections::{BTreeMap, HashMap};
    use std::fmt::Display;
    use std::io::Read;

    /// What `run` may take: the JSON of the input, or for a text that text.
    pub trait Input: Sized {
        fn read(json: &str, text: &str) -> Result<Self, String>;
    }

    /// What `run` may return, as JSON.
    pub trait Output {
        fn json(&self) -> Result<String, String>;
    }

    pub fn main<I: Input, O: Output>(run: impl FnOnce(I) -> O) {
        let place = std::env::args().nth(1).unwrap_or_default();
        let mut all = String::new();
        if let Err(error) = std::io::stdin().read_to_string(&mut all) {
            fail(&format!("the input cannot be read: {error}"));
        }
        let Some((json, text)) = all.split_once('\n') else { return };
        let input = match I::read(json, text) {
            Ok(input) => input,
            Err(error) => fail(&format!("the input does not fit run's parameter: {error}")),
        };
        match run(input).json() {
            Ok(value) => {
                if let Err(error) = std::fs::write(place, value) {
                    fail(&error.to_string());
                }
            }
            Err(error) => fail(&error),
        }
    }

    fn fail(message: &str) -> ! {
        eprintln!("{message}");
        std::process::exit(1)
    }

    impl Input for String {
        fn read(_: &str, text: &str) -> Result<Self, String> {
            Ok(text.to_owned())
        }
    }

    impl Input for () {
        fn read(_: &str, _: &str) -> Result<Self, String> {
            Ok(())
        }
    }

    impl<T: Input> Input for Option<T> {
        fn read(json: &str, text: &str) -> Result<Self, String> {
            if json == "null" { Ok(None) } else { T::read(json, text).map(Some) }
        }
    }

    macro_rules! plain {
        ($($kind:ty),*) => {$(
            impl Input for $kind {
                fn read(json: &str, _: &str) -> Result<Self, String> {
                    json.parse().map_err(|it| format!("{json:.100}: {it}"))
                }
            }

            impl Output for $kind {
                fn json(&self) -> Result<String, String> {
                    Ok(self.to_string())
                }
            }
        )*};
    }

    plain!(bool, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

    impl Input for f64 {
        fn read(json: &str, _: &str) -> Result<Self, String> {
            json.parse().map_err(|it| format!("{json:.100}: {it}"))
        }
    }

    impl Output for f64 {
        fn json(&self) -> Result<String, String> {
            if self.is_finite() {
                return Ok(self.to_string());
            }
            Err(format!("run returned what JSON cannot hold: {self}"))
        }
    }

    impl Output for () {
        fn json(&self) -> Result<String, String> {
            Ok("null".to_owned())
        }
    }

    impl Output for str {
        fn json(&self) -> Result<String, String> {
            let mut json = String::from("\"");
            for it in self.chars() {
                match it {
                    '"' => json.push_str("\\\""),
                    '\\' => json.push_str("\\\\"),
                    '\n' => json.push_str("\\n"),
                    it if it < ' ' => json.push_str(&format!("\\u{:04x}", it as u32)),
                    it => json.push(it),
                }
            }
            Ok(json + "\"")
        }
    }

    impl Output for String {
        fn json(&self) -> Result<String, String> {
            self.as_str().json()
        }
    }

    impl<T: Output + ?Sized> Output for &T {
        fn json(&self) -> Result<String, String> {
            (**self).json()
        }
    }

    impl<T: Output> Output for Option<T> {
        fn json(&self) -> Result<String, String> {
            self.as_ref().map_or(Ok("null".to_owned()), Output::json)
        }
    }

    impl<T: Output, E: Display> Output for Result<T, E> {
        fn json(&self) -> Result<String, String> {
            match self {
                Ok(value) => value.json(),
                Err(error) => Err(error.to_string()),
            }
        }
    }

    impl<T: Output> Output for Vec<T> {
        fn json(&self) -> Result<String, String> {
            let items: Result<Vec<_>, _> = self.iter().map(Output::json).collect();
            Ok(format!("[{}]", items?.join(",")))
        }
    }

    fn object<'a, T: Output + 'a>(
        fields: impl Iterator<Item = (&'a String, &'a T)>,
    ) -> Result<String, String> {
        let fields: Result<Vec<_>, String> =
            fields.map(|(key, it)| Ok(format!("{}:{}", key.json()?, it.json()?))).collect();
        Ok(format!("{{{}}}", fields?.join(",")))
    }

    impl<T: Output> Output for BTreeMap<String, T> {
        fn json(&self) -> Result<String, String> {
            object(self.iter())
        }
    }

    impl<T: Output> Output for HashMap<String, T> {
        fn json(&self) -> Result<String, String> {
            object(self.iter())
        }
    }
