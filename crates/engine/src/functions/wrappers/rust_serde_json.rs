
    impl Input for serde_json::Value {
        fn read(json: &str, _: &str) -> Result<Self, String> {
            serde_json::from_str(json).map_err(|it| it.to_string())
        }
    }

    impl Output for serde_json::Value {
        fn json(&self) -> Result<String, String> {
            Ok(self.to_string())
        }
    }
